using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Symbolic;
using Verify.Tests.Laws;

namespace Verify.Tests.Symbolic;

/// <summary>Engines that ask solvers say of generated models what the whole graph says.</summary>
public sealed class SymbolicLaws
{
    [Fact]
    public void Bounded_search_agrees_with_the_whole_graph()
    {
        var solver = RealSolver.OrSkip();
        var (met, open, errors) = (0, 0, 0);
        Law.Holds(40, toy =>
        {
            foreach (var (property, oracle) in Questions(toy))
            {
                const int Depth = 8;
                var found = Ask(new BmcEngine(solver), toy, property, new Budget(Depth: Depth), ref errors);
                if (oracle.Level <= Depth)
                {
                    Check(toy, property, oracle, found);
                    met++;
                }
                else if (found is not null)
                {
                    Assert.Null(ReductionLaws.TraceOf(found));
                    Assert.True(found is Verdict.HoldsUpTo or Verdict.Unknown);
                    open++;
                }
            }
        });
        Assert.True(ReductionLaws.IsAlone || (met > 15 && open > 5 && errors > 2), $"{met} met, {open} open, {errors} undefined");
    }

    [Fact]
    public void An_invariant_is_found_exactly_if_there_is_no_violation()
    {
        var solver = RealSolver.OrSkip();
        var (met, proved, errors) = (0, 0, 0);
        var time = new TimeLimit();
        Law.Holds(25, toy =>
        {
            foreach (var (property, oracle) in Questions(toy))
            {
                var found = Ask(new PdrEngine(solver), toy, property, time.Budget, ref errors);
                if (found is not null && !time.WasReached(oracle, found))
                {
                    Check(toy, property, oracle, found);
                    (met, proved) = oracle.Level is null ? (met, proved + 1) : (met + 1, proved);
                }
            }
        });
        Assert.True(ReductionLaws.IsAlone || (met > 8 && proved > 8 && errors > 1), $"{met} met, {proved} proved, {errors} undefined");
        time.WasSeldomReached();
    }

    [Theory]
    [InlineData("kinduction", 10)]
    [InlineData("spacer", 6)]
    public void What_is_proved_or_refuted_is_so(string name, int models)
    {
        var solver = RealSolver.OrSkip();
        SymbolicEngine engine = name == "spacer" ? new SpacerEngine(solver) : new KInductionEngine(solver);
        var (decided, errors) = (0, 0);
        var time = new TimeLimit();
        Law.Holds(models, toy =>
        {
            foreach (var (property, oracle) in Questions(toy))
            {
                var found = Ask(engine, toy, property, time.Budget with { Depth = 6 }, ref errors);
                if (found is not null && !time.WasReached(oracle, found) && AutoDecided(found))
                {
                    Check(toy, property, oracle, found);
                    decided++;
                }
            }
        });
        Assert.True(ReductionLaws.IsAlone || decided > 3, $"{decided} decided, {errors} undefined");
        time.WasSeldomReached();
    }

    // What a search concludes that looks at this property only, since a solver is asked about no other.
    private static IEnumerable<(Property, Oracle)> Questions(Toy toy) => toy.Interpreter.Model.Properties
        .Where(property => property is not Property.LeadsTo)
        .Select(property => (property, Oracle.Of(toy, property, isAlone: true)));

    // Null where the model is undefined, as it then has to be.
    private static Verdict? Ask(SymbolicEngine engine, Toy toy, Property property, Budget budget, ref int errors)
    {
        try
        {
            var verdict = engine.Decide(toy.Interpreter.Model, property, new Run(budget));
            Assert.True(Oracle.Of(toy, property, isAlone: true).Errors.IsEmpty || !AutoDecided(verdict),
                $"'{property.Name}' is undefined, and '{verdict.Word}'");
            return Oracle.Of(toy, property, isAlone: true).Errors.IsEmpty ? verdict : null;
        }
        catch (ModelException e)
        {
            // Witnesses are looked for once a proof is found, and they may be undefined themselves.
            Assert.True(Oracle.Of(toy, property, isAlone: true).Errors.Contains(e.Diagnostic.Code.Id)
                || Oracle.Of(toy, property).Errors.Contains(e.Diagnostic.Code.Id), e.Message);
            errors++;
            return null;
        }
    }

    private static bool AutoDecided(Verdict verdict) => verdict is Verdict.Proved or Verdict.Refuted;

    private static void Check(Toy toy, Property property, Oracle oracle, Verdict? found)
    {
        var model = toy.Interpreter.Model;
        var isMet = oracle.Level is not null;
        Assert.False(found is Verdict.Unknown, (found as Verdict.Unknown)?.Reason);
        Assert.NotNull(found);
        Assert.Equal(isMet == property is Property.Reachable ? "proved" : "refuted", found.Word);
        if (ReductionLaws.TraceOf(found) is { } trace)
        {
            Assert.Equal(oracle.Level, trace.Length);
            Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
            Assert.True(Replay.Decides(toy.Interpreter, property, trace));
        }
        else
        {
            Assert.False(isMet, $"'{property.Name}' of '{model.Name}' can be met, and no trace is shown");
            Assert.Equal(EvidenceKind.Inductive, found.Evidence.Kind);
            Assert.NotNull(found.Evidence.Obligations);
            Assert.All(found.Evidence.Witnesses.Where(witness => witness.Depth is not null), witness =>
                Assert.Equal(Oracle.Of(toy, model.Property(witness.Property), isAlone: true).Level, witness.Depth));
        }
    }

    // On a busy machine a solver runs into its limit now and then. One question in ten may be left open by that, and what
    // is then said of the steps that were looked at has to be so.
    private sealed class TimeLimit
    {
        private int asked;
        private int late;

        public Budget Budget { get; } = new(Seconds: 20);

        public bool WasReached(Oracle oracle, Verdict found)
        {
            asked++;
            if (found is not Verdict.Unknown { Reason: var reason } || !reason.Contains("reached its time limit", StringComparison.Ordinal))
            {
                return false;
            }

            late++;
            Assert.True(found.Evidence.Kind != EvidenceKind.Partial || !(oracle.Level <= found.Evidence.Depth),
                $"met in {oracle.Level} steps, and '{reason}'");
            return true;
        }

        public void WasSeldomReached() => Assert.True(late * 10 <= asked, $"{late} of {asked} questions ran out of time");
    }
}
