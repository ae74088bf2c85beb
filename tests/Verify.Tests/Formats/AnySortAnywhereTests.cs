using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Formats;
using Verify.Modelling;
using Verify.Parametric.Search;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Formats;

/// <summary>A scalar set may occur in a single place of a model, whichever that is.</summary>
public sealed class AnySortAnywhereTests
{
    public static TheoryData<string> Places =>
        ["an initial value", "a map at the start", "a guard", "a condition", "an index", "a value", "always", "reachable", "rest", "leads to", "shows", "by", "mark"];

    [Theory]
    [MemberData(nameof(Places))]
    public void Every_sort_is_listed_and_every_writer_knows_it(string place)
    {
        var (model, set) = ModelWith(place);

        Assert.Contains(set, ModelParts.Sorts(model));
        Assert.All(ModelWriters.All, writer => Assert.All(
            model.Properties.Where(property => writer.WhyNot(model, property) is null),
            property => Assert.NotEmpty(writer.Export(model, property)[0].Text)));
    }

    [Theory]
    [InlineData("always")]
    [InlineData("an initial value")]
    [InlineData("a guard")]
    public void An_invariant_is_found_where_a_set_occurs_in_one_place(string place)
    {
        var (model, _) = ModelWith(place);
        var found = new InvariantSearch([model], "PLACE", "always", RealSolver.OrSkip())
            .Find(100, TestContext.Current.CancellationToken);
        Assert.NotNull(found.Invariant);
    }

    // The conjunct reads an empty option, so it is evaluated as a formula.
    [Fact]
    public void A_conjunct_may_be_the_first_to_speak_of_a_set()
    {
        var (model, set) = ModelWith("none");
        var kept = model.Variables.Single(variable => variable.Name == "kept");
        var conjunct = new Conjunct("two", Exists(set, set, (a, b) => a != b) | ((Expr)new Expr.Read(kept)).Value, new SourceLocation("", 1));
        Assert.Null(ConjunctWalk.WhyNot(model, [conjunct], (Property.Always)model.Property("always"), ConjunctWalk.Brief));
    }

    // The same for an enum, also one whose members only occur in a choice.
    [Fact]
    public void A_condition_may_be_the_first_to_speak_of_an_enum()
    {
        var m = new ModelBuilder("enum");
        var on = m.Var("on", Sort.Bool);
        m.Rule("turn", s => s.Set(on, !on));
        m.Always("always", If(on, DayOfWeek.Monday, DayOfWeek.Friday) != DayOfWeek.Sunday);
        var found = new InvariantSearch([m.Build()], "ENUM", "always", RealSolver.OrSkip())
            .Find(100, TestContext.Current.CancellationToken);
        Assert.NotNull(found.Invariant);
    }

    private static (Model Model, Sort Set) ModelWith(string place)
    {
        Sort set = new ModelBuilder("other").ScalarSet("page", "CPU0", "CPU1");
        Expr Two(bool isSaid = true) => isSaid ? Exists(set, a => Exists(set, b => !(a == b))) : true;
        bool Is(string one) => place == one;
        var m = new ModelBuilder("place");
        var cpu = m.Processors("cpu", 2);
        var map = Sort.Map(Sort.Range(0, 0), Sort.Bool);
        var x = m.Var("x", Sort.Bool, Two(Is("an initial value")));
        var kept = m.Var("kept", Sort.Option(Sort.Bool));
        if (Is("a map at the start"))
        {
            m.Var("y", map, Fill(map, Two()));
        }

        var at = m.Map("at", Sort.Bool, Sort.Bool);
        m.Rule("go", cpu, (s, c) => s
            .When(x & Two(Is("a guard")))
            .SetIf(Two(Is("a condition")), at[Two(Is("an index"))], Two(Is("a value")))
            .By(Is("by") ? If(Two(), c, c) : c)
            .Shows(Is("shows") ? Two() : x)).Fair();
        m.Rule("back", s => s.Set(x, true));
        m.Always("always", x & Two(Is("always")));
        m.Reachable("reachable", x & Two(Is("reachable")));
        m.NoDeadlock("rest", !x & Two(Is("rest")));
        m.LeadsTo("leads to", x, Two(Is("leads to")));
        if (Is("mark"))
        {
            m.Mark("marked", Sort.Bool, k => (at[k], Two()));
        }

        return (m.Build(), set);
    }
}
