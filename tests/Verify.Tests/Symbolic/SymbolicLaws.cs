using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers.Smt;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.Solvers;
using Verify.Traces;

namespace Verify.Tests.Symbolic;

/// <summary>Symbolic engines agree with the whole graph of generated models.</summary>
public sealed class SymbolicLaws
{
    internal static readonly Law Bounded = new(
        typeof(SymbolicLaws), nameof(Bounded_search_agrees_with_the_whole_graph), 600, (sample, tally) =>
        {
            var engine = new BmcEngine(RealSolver.OrSkip());
            foreach (var (property, oracle) in Questions(sample))
            {
                const int Depth = 8;
                var found = Ask(engine, sample, property, new Budget(Depth: Depth), tally);
                if (oracle.Level <= Depth)
                {
                    Check(sample, property, oracle, found);
                    tally.Note("met");
                }
                else if (found is not null && AutoDecided(found))
                {
                    // Every run has ended within the depth.
                    Check(sample, property, oracle, found);
                    tally.Note("ended");
                }
                else if (found is not null)
                {
                    Assert.Null(ReductionLaws.TraceOf(found));
                    Assert.True(found is Verdict.HoldsUpTo or Verdict.Unknown);
                    tally.Note("open");
                }
            }
        });

    internal static readonly Law Pdr = new(
        typeof(SymbolicLaws), nameof(An_invariant_is_found_exactly_if_there_is_no_violation), 600,
        (sample, tally) => Decide(new PdrEngine(RealSolver.OrSkip()), sample, new Budget(Seconds: MaxSeconds), isWhole: true, tally));

    internal static readonly Law KInduction = new(typeof(SymbolicLaws), nameof(A_proved_property_holds_and_a_refuted_one_does_not), 600,
        (sample, tally) => Decide(new KInductionEngine(RealSolver.OrSkip()), sample, Shallow, isWhole: false, tally))
    { Kind = "kinduction" };

    internal static readonly Law Spacer = new(typeof(SymbolicLaws), nameof(A_proved_property_holds_and_a_refuted_one_does_not), 1500,
        (sample, tally) => Decide(new SpacerEngine(RealSolver.OrSkip()), sample, Shallow, isWhole: false, tally))
    { Kind = "spacer" };

    // The slowest query takes six seconds on an idle machine.
    private const int MaxSeconds = 60;
    private const int MaxCodes = 3000;

    private static Budget Shallow => new(Seconds: MaxSeconds, Depth: 6);

    [Fact]
    public void Bounded_search_agrees_with_the_whole_graph()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(Bounded, 40);
        Assert.True(Law.IsAlone || (tally["met"] > 15 && tally["open"] > 5 && tally["ended"] > 0 && tally["undefined"] > 2), $"{tally}");
    }

    [Fact]
    public void An_invariant_is_found_exactly_if_there_is_no_violation()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(Pdr, 25);
        Assert.True(Law.IsAlone || (tally["met"] > 8 && tally["proved"] > 8 && tally["undefined"] > 1), $"{tally}");
        TimeWasSeldomReached(tally);
    }

    [Theory]
    [InlineData("kinduction", 10)]
    [InlineData("spacer", 6)]
    public void A_proved_property_holds_and_a_refuted_one_does_not(string name, int models)
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(name == "spacer" ? Spacer : KInduction, models);
        Assert.True(Law.IsAlone || tally["met"] + tally["proved"] > 3, $"{tally}");
        TimeWasSeldomReached(tally);
    }

    private static void Decide(SymbolicEngine engine, Sample sample, Budget budget, bool isWhole, Tally tally)
    {
        foreach (var (property, oracle) in Questions(sample))
        {
            var found = Ask(engine, sample, property, budget, tally);
            if (found is not null && !WasTimeReached(oracle, found, tally) && (isWhole || AutoDecided(found)))
            {
                Check(sample, property, oracle, found);
                tally.Note(oracle.Level is null ? "proved" : "met");
            }

            if (engine is KInductionEngine && oracle is { Errors.IsEmpty: true, Level: null } && found is not null
                && !WasTimeReached(oracle, found, tally) && OneStepIsEnough(sample.Model, property) is { } isEnough)
            {
                Assert.Equal(isEnough, found is Verdict.Proved or Verdict.Refuted && found.Evidence.Depth == 1);
                tally.Note("by one step", isEnough);
            }
        }
    }

    // True if no step leads from any good state to another bad one; null if there are too many states.
    private static bool? OneStepIsEnough(Model model, Property property)
    {
        var system = new TransitionSystem(model, property);
        if (system.Variables.Aggregate(1.0, (all, leaf) => all * leaf.Codes) > MaxCodes)
        {
            return null;
        }

        var codes = new int[system.RuleSelector];
        TermValue Value(int[] now, int rule) => new(leaf => leaf == system.RuleSelector ? rule : now[leaf]);
        bool IsBad(TermValue value) => value.Holds(system.UndefinedQuestion) || system.UndefinedStep.Any(value.Holds)
            || system.Goal.All(value.Holds);
        bool IsLeft(int at)
        {
            if (at < system.Variables.Length)
            {
                var leaf = system.Variables[at];
                for (codes[leaf.Index] = 0; codes[leaf.Index] < leaf.Codes; codes[leaf.Index]++)
                {
                    if (IsLeft(at + 1))
                    {
                        return true;
                    }
                }

                codes[leaf.Index] = 0;
                return false;
            }

            var now = Value(codes, 0);
            return system.Shape.All(now.Holds) && !IsBad(now) && Enumerable.Range(0, system.Lowered.Rules.Length).Any(rule =>
            {
                var chosen = Value(codes, rule);
                if (!system.Enabled.All(chosen.Holds))
                {
                    return false;
                }

                var after = (int[])codes.Clone();
                system.Variables.ToList().ForEach(leaf => after[leaf.Index] = (int)chosen.Of(system.NextOf(leaf.Index)));
                return !after.SequenceEqual(codes) && IsBad(Value(after, 0));
            });
        }

        return !IsLeft(0);
    }

    private static IEnumerable<(Property Property, Oracle Oracle)> Questions(Sample sample) =>
        sample.OfStates.Select(property => (property, sample.OracleOf(property)));

    // Null if the model is undefined, which is then checked.
    private static Verdict? Ask(SymbolicEngine engine, Sample sample, Property property, Budget budget, Tally tally)
    {
        var oracle = sample.OracleOf(property);
        tally.Compare();
        try
        {
            var verdict = engine.Decide(sample.Model, property, new EngineOptions(budget));
            Assert.True(oracle.Errors.IsEmpty || !AutoDecided(verdict), $"'{property.Name}' is undefined, and '{verdict.Word}'");
            return oracle.Errors.IsEmpty ? verdict : null;
        }
        catch (UserErrorException e)
        {
            Assert.True(oracle.Errors.Contains(e.Diagnostic.Code.Id), e.Message);
            tally.Note("undefined");
            return null;
        }
    }

    private static bool AutoDecided(Verdict verdict) => verdict is Verdict.Proved or Verdict.Refuted;

    private static void Check(Sample sample, Property property, Oracle oracle, Verdict? found)
    {
        var model = sample.Model;
        var isMet = oracle.Level is not null;
        Assert.False(found is Verdict.Unknown, (found as Verdict.Unknown)?.Reason);
        Assert.NotNull(found);
        Assert.Equal(isMet == property is Property.Reachable ? "proved" : "refuted", found.Word);
        if (ReductionLaws.TraceOf(found) is { } trace)
        {
            Assert.Equal(oracle.Level, trace.Length);
            Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
            Assert.True(Replay.Decides(sample.Interpreter, property, trace));
        }
        else
        {
            Assert.False(isMet, $"'{property.Name}' of '{model.Name}' is reachable, but no trace is shown");
            Assert.Equal(EvidenceKind.Inductive, found.Evidence.Kind);
            Assert.NotNull(found.Evidence.Obligations);
            Assert.All(found.Evidence.Witnesses.Where(witness => witness.Depth is not null), witness =>
                Assert.Equal(sample.OracleOf(model.Property(witness.Property)).Level, witness.Depth));
        }
    }

    // On a busy machine a solver sometimes reaches its time limit. The report about the covered steps must still be
    // true.
    private static bool WasTimeReached(Oracle oracle, Verdict found, Tally tally)
    {
        if (found is not Verdict.Unknown { Reason: var reason } || !reason.Contains("reached its time limit", StringComparison.Ordinal))
        {
            return false;
        }

        tally.Note("late");
        Assert.True(found.Evidence.Kind != EvidenceKind.Partial || !(oracle.Level <= found.Evidence.Depth),
            $"reached in {oracle.Level} steps, but '{reason}'");
        return true;
    }

    // At most one query in ten may stay open because of that.
    private static void TimeWasSeldomReached(Tally tally) => Assert.True(tally["late"] * 10 <= tally.Compared, $"{tally}");
}
