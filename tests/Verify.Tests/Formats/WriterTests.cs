using System.Globalization;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats;
using Verify.Formats.Murphi;
using Verify.Formats.Promela;
using Verify.Formats.Tla;
using Verify.Modelling;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Formats;

public sealed class WriterTests
{
    [Theory]
    [InlineData("murphi")]
    [InlineData("promela")]
    [InlineData("tla")]
    public void Options_and_records_read_as_in_the_source(string format) =>
        Snapshot.Matches($"export-options-{format}", Text(format, SmallModels.Options(), null, "options, as in the tests"));

    [Theory]
    [InlineData("murphi")]
    [InlineData("promela")]
    [InlineData("tla")]
    public void Initial_states_and_ghosts_read_as_in_the_source(string format) =>
        Snapshot.Matches($"export-starts-{format}", Text(format, SmallModels.Starts(), null));

    [Theory]
    [InlineData("tla")]
    [InlineData("btor2")]
    [InlineData("smt2")]
    public void Initial_conditions_read_as_in_the_source(string format)
    {
        var model = SmallModels.Equal();
        Snapshot.Matches($"export-equal-{format}", Text(format, model, format == "tla" ? null : model.Property("counted")));
    }

    [Theory]
    [InlineData("promela")]
    [InlineData("tla")]
    public void Progress_is_checked_under_fairness(string format) =>
        Snapshot.Matches($"export-fair-{format}", Text(format, SmallModels.Fair(), SmallModels.Fair().Property("counts")));

    [Fact]
    public void A_model_gives_the_same_bytes_again() => Assert.All(ModelWriters.All, writer =>
    {
        var (one, other) = (SmallModels.Locks(), SmallModels.Locks());
        Assert.Equal(writer.Export(one, Asked(writer, one)).AsEnumerable(), writer.Export(other, Asked(writer, other)));
    });

    [Fact]
    public void Every_text_names_all_properties_and_sources() => Assert.All(ModelWriters.All, writer =>
    {
        var model = SmallModels.Locks();
        var asked = Asked(writer, model);
        var text = writer.Export(model, asked)[0].Text;
        Assert.All(model.Properties.Where(property => asked is null || property == asked), property => Assert.Contains($"{property.Kind} \"{property.Name}\"", text, StringComparison.Ordinal));
        Assert.Contains(model.Digest, text, StringComparison.Ordinal);
        var shootdown = SmallModels.Shootdown(2, 1, 1);
        Assert.Contains("set_pte_at(), mm/memory.c", writer.Export(shootdown, Asked(writer, shootdown))[0].Text, StringComparison.Ordinal);
    });

    [Fact]
    public void A_writer_reports_unsupported_properties()
    {
        var model = SmallModels.Locks();
        var progress = model.Properties.OfType<Property.LeadsTo>().Single();
        Assert.Contains("liveness", new MurphiWriter().WhyNot(model, progress), StringComparison.Ordinal);
        Assert.Null(new PromelaWriter().WhyNot(model, progress));
        Assert.Null(new TlaWriter().WhyNot(model, progress));
        Assert.All(ModelWriters.All.Except(OneQuestion), writer => Assert.Null(writer.WhyNot(model, null)));
        Assert.All(OneQuestion, writer =>
        {
            Assert.Contains("name a property", writer.WhyNot(model, null), StringComparison.Ordinal);
            Assert.Contains("LeadsTo", writer.WhyNot(model, progress), StringComparison.Ordinal);
        });
    }

    // TLA+ does not count a step that changes nothing. Here a thread that spins forever is fair, and x stays false.
    [Fact]
    public void In_TLA_every_fair_step_changes_something()
    {
        var m = new ModelBuilder("spinning");
        var x = m.Var("x", Sort.Bool);
        m.Thread("t", repeats: true, t => t.Either(() => t.Step("spin", s => { }), () => t.Step("go", s => s.Set(x, true))));
        m.Rule("look", s => s.When(x));
        m.LeadsTo("goes", true, x);
        var model = m.Build();
        Assert.IsType<Verdict.Refuted>(new ExplicitEngine().Decide(model, model.Properties[0], EngineOptions.Default));

        var module = new TlaModule(new TlaWriter().Export(model, model.Properties[0])[0].Text);
        var start = Assert.Single(module.InitialStates());
        var states = module.Successors(start).ToList();
        Assert.Equal(2, states.Count);
        Assert.All(states, state => Assert.NotEqual(start, state));
        var gone = states.Single(state => module.Successors(state).Count() == 3);
        Assert.Single(module.Successors(gone), state => state.SequenceEqual(gone)); // the step without fairness
    }

    [Fact]
    public void Fairness_of_too_many_rules_is_refused()
    {
        var m = new ModelBuilder("wide");
        var x = m.Var("x", Sort.Range(0, 300));
        m.Rule("jump", Sort.Range(0, 300), (r, i) => r.When(x != i).Set(x, i)).Fair();
        m.LeadsTo("arrives", x == 0, x == 1);
        var model = m.Build();
        Assert.Contains("301", new PromelaWriter().WhyNot(model, model.Properties[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int", "do", "end")]
    [InlineData("Spec", "IN", "None")]
    [InlineData("a b", "a.b", "a'b")]
    [InlineData("7", "é", "x")]
    public void Names_that_a_target_does_not_take_are_changed(string first, string second, string third)
    {
        var m = new ModelBuilder(first);
        var names = new[] { first, second, third };
        var variables = names.Select((name, i) => m.Var(name, Sort.Range(0, i + 1))).ToList();
        for (var i = 0; i < names.Length; i++)
        {
            var (x, most) = (variables[i], i + 1);
            m.Rule(names[i], r => r.When(x < most).Set(x, x + 1));
        }

        m.Always(third, variables[0] <= 1);
        var conformance = new Conformance(m.Build());
        Assert.Equal(24, conformance.States);
        conformance.WithTla();
        Assert.SkipWhen(ForeignChecker.SpinMissing is not null || ForeignChecker.RumurMissing is not null,
            "spin or rumur is not installed");
        conformance.WithSpin();
        conformance.WithRumur();
    }

    // The writers that use the finite lowering.
    private static IEnumerable<IModelWriter> OneQuestion => ModelWriters.All.Where(writer => writer.Name is "btor2" or "smt2");

    private static Property? Asked(IModelWriter writer, Model model) => OneQuestion.Contains(writer) ? model.Properties[0] : null;

    private static string Text(string format, Model model, Property? property, string? instance = null)
    {
        var writer = ModelWriters.All.Single(w => w.Name == format);
        return string.Join('\n', writer.Export(model, property, instance).Select(file =>
            string.Create(CultureInfo.InvariantCulture, $"=> {file.Name}\n{file.Text}")));
    }
}
