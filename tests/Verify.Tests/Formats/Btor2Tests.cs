using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats.Btor2;
using Verify.Modelling;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Formats;

/// <summary>The exported BTOR2 has the states and the verdict of the model when another program runs it.</summary>
public sealed class Btor2Tests
{
    private static readonly EngineOptions ByParts = new(Budget.Unlimited, Threads: 1, Reductions: Reductions.ConeOfInfluence);

    public static TheoryData<string> Small { get; } = [.. SmallModels.All.Select(model => model.Name).Distinct()];

    public static TheoryData<string> Claimed { get; } =
    [
        "VL-PERCPU-PT:I-ENTRY", "VL-MARK:I-USE", "B-BATCH/free-first:I-FREE", "B-BATCH/buggy:I-ENTRY",
        "VL-SVA-NONE:I-ENTRY", "HW-ASID:I-ASID",
    ];

    [Theory]
    [MemberData(nameof(Small))]
    public void Small_models_have_the_same_states_and_verdicts(string name)
    {
        foreach (var model in SmallModels.All.Where(model => model.Name == name))
        {
            var questions = model.Properties.Where(property => new Btor2Writer().WhyNot(model, property) is null).ToList();
            questions.ForEach(property => Compare(model, property));

            // If the model may rest everywhere, no state is bad; a deadlock depends on the whole state.
            var whole = new Property.NoDeadlock("rests", "", model.Properties[0].Where, true);
            var reached = Circuit(model, whole).Run(untilBad: false);
            Assert.Equal(new Btor2Circuit.Reached(new Toy(model).Nodes.Count, null), reached);
        }
    }

    internal static readonly Law BadWhereItIs = new(
        typeof(Btor2Tests), nameof(Generated_models_are_bad_where_the_whole_graph_says_so), 30, (sample, tally) =>
        {
            foreach (var property in sample.OfStates)
            {
                if (sample.Toy.Nodes.Count == 0)
                {
                    // If no initial state is defined, the export is rejected.
                    Assert.Throws<UserErrorException>(() => Circuit(sample.Model, property));
                    continue;
                }

                var oracle = sample.OracleOf(property);
                var reached = Circuit(sample.Model, property).Run(untilBad: true);
                tally.Compare();
                if (oracle.Errors.IsEmpty)
                {
                    Assert.Equal(oracle.Level, reached.BadLevel);
                    tally.Note(oracle.Level is null ? "fine" : "met");
                }
                else
                {
                    Assert.NotNull(reached.BadLevel);
                    tally.Note("undefined");
                }
            }
        });

    [Fact]
    public void Generated_models_are_bad_where_the_whole_graph_says_so()
    {
        var tally = Law.Holds(BadWhereItIs, 60);
        Assert.True(Law.IsAlone || (tally["met"] > 15 && tally["fine"] > 15 && tally["undefined"] > 5), $"{tally}");
    }

    [Theory]
    [MemberData(nameof(Claimed))]
    public void Claims_have_the_same_states_and_verdict(string id)
    {
        var claim = Assert.Single(Catalogue.Load().Find(id));
        var model = new Instance(claim.Family, claim.Choices).Model;
        Compare(model, model.Property(claim.Property));
    }

    [Fact]
    public void A_circuit_reads_as_the_source()
    {
        var model = SmallModels.Options();
        Snapshot.Matches("export-options-btor2", new Btor2Writer().Export(model, model.Properties[0], "options, as in the tests")[0].Text);
    }

    [Fact]
    public void A_variable_may_be_called_as_a_part_of_another_one_is()
    {
        var m = new ModelBuilder("names");
        var pair = m.Record("pair", new Field("x", Sort.Bool), new Field("y", Sort.Bool));
        _ = m.Var("p", Sort.Option(pair));
        var (part, rule) = (m.Var("p.HasValue", Sort.Bool), m.Var("rule", Sort.Bool));
        m.Rule("go", s => s.Set(part, !part));
        m.Rule("come", s => s.Set(rule, !rule));
        m.NoDeadlock("goes on");
        var model = m.Build();
        Assert.Contains("p.HasValue'2", Circuit(model, model.Properties[0]).Symbols);
    }

    internal static Btor2Circuit Circuit(Model model, Property property)
    {
        var circuit = new Btor2Circuit(new Btor2Writer().Export(model, property)[0].Text);
        Assert.Empty(circuit.Symbols.GroupBy(symbol => symbol).Where(same => same.Count() > 1).Select(same => same.Key));
        return circuit;
    }

    // Compares up to the first bad state, or all states.
    private static void Compare(Model model, Property property)
    {
        var run = property is Property.NoDeadlock ? ByParts with { Reductions = Reductions.None } : ByParts;
        var found = new ExplicitEngine().Decide(model, property, run);
        var reached = Circuit(model, property).Run(untilBad: true);
        var trace = ReductionLaws.TraceOf(found);
        Assert.Equal((property.Name, trace?.Length), (property.Name, reached.BadLevel));
        if (trace is null)
        {
            Assert.Equal((property.Name, found.Evidence.States), (property.Name, reached.States));
        }
    }
}
