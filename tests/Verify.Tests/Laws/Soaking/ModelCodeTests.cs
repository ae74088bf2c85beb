using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Soaking;

/// <summary>The C# file of a soak compiles and builds the same model.</summary>
public sealed class ModelCodeTests
{
    private const string File = "tests/Verify.Tests/Laws/Soaking/Example.cs";

    private enum Colour
    {
        Red,
        Blue,
    }

    [Fact]
    public void The_code_of_a_model_builds_the_model()
    {
        var model = Example();
        Snapshots.Snapshot.MatchesPage(File, ModelCode.Of(model, "Example", "every kind of expression, as a soak writes it"));
        Assert.Equal(ModelPrinter.Of(model), ModelPrinter.Of(Found.Example.Build()));
        Assert.Equal(model.Identity, Found.Example.Build().Identity);
        Assert.Equal(model.Marks.Length, Found.Example.Build().Marks.Length);
        Assert.Equal(Told(model), Told(Found.Example.Build()));
    }

    // The parts of a model that its text does not contain.
    private static IEnumerable<string> Told(Model model) => model.Rules.Select(rule => $"{rule.Never}: {string.Join("; ", rule.Sources)}");

    private static Model Example()
    {
        var m = new ModelBuilder("a \"model\"");
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", "one", "two");
        var who = new Field("w", Sort.Option(cpu));
        var pair = m.Record("pr", who, new Field("n", Sort.Range(0, 2), IsGhost: true));
        var on = m.Var("on", Sort.Bool, true);
        var any = m.AnyOf("any", Sort.Enum<Colour>());
        var h = m.Map("h", page, Sort.Option(pair));
        var deep = m.Ghost("deep", Sort.Option(Sort.Option(page)), Some(None));
        var count = m.Var("a count", Sort.Range(0, 3), 2);
        m.Rule("go", cpu, page, (s, c, p) => s
            .When(on.Implies(h[p].IsNone) & (count < 3 | count - 1 <= 0))
            .Set(h[p], Some(New(pair, c, 1)))
            .SetIf(any == Colour.Blue, count, If(count == 2, 0, count + 1))
            .Each(cpu, d => s.SetIf(d == c, on, !on)));
        m.Rule("drop", page, (s, p) => s.When(h[p].HasValue).Set(h[p].Value[who], None)).Fair().By("me");
        m.Rule("clear", s => s.Set(h, Fill(Sort.Map(page, Sort.Option(pair)), None)).Set(deep, Some(None))
            .Never("a \"fix\"").From(new Source("clear_page()", "mm/x.c, v6.18"), Source.Recalled("free", "mm/y.c")));
        m.Always("few", Count(page, p => h[p].HasValue) <= 2);
        m.Always("no", ForAll(page, p => on | h[p].IsNone));
        m.Reachable("all", Exists(page, p => deep == Some(Some(p))));
        m.NoDeadlock("goes on", any == Colour.Red);
        m.LeadsTo("comes", on, !on);
        m.Mark("stale", page, p => (h[p], h[p].HasValue));
        return m.Build();
    }
}
