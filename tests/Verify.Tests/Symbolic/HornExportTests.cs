using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats.Smt;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Tests.Formats;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.Solvers;

namespace Verify.Tests.Symbolic;

/// <summary>Z3 accepts the exported Horn clauses, and its answers agree with the search.</summary>
public sealed class HornExportTests
{
    private static readonly EngineOptions OneThread = new(Budget.Unlimited, Threads: 1, Reductions: Reductions.ConeOfInfluence);

    public static TheoryData<string> Claims { get; } =
        ["B-BATCH/free-first:I-FREE", "VL-MARK:I-ENTRY", "HW-ASID:I-ASID", "VL-PERCPU-PT:I-ENTRY"];

    [Fact]
    public void Small_models_get_the_same_verdict()
    {
        var z3 = RealSolver.OrSkip();
        var (met, fine) = (0, 0);
        foreach (var model in SmallModels.All)
        {
            foreach (var property in model.Properties.Where(property => new SmtHornWriter().WhyNot(model, property) is null))
            {
                var isMet = IsMet(model, property);
                var answer = Ask(z3, model, property, 4);
                Assert.True(answer is null || answer == (isMet ? "unsat" : "sat"), $"'{property.Name}' of '{model.Name}': {answer}");
                (met, fine) = answer switch { "unsat" => (met + 1, fine), "sat" => (met, fine + 1), _ => (met, fine) };
            }
        }

        Assert.True(met > 4 && fine > 4, $"{met} met, {fine} fine");
    }

    [Theory]
    [MemberData(nameof(Claims))]
    public void Claims_get_the_same_verdict(string id)
    {
        var z3 = RealSolver.OrSkip();
        var claim = Assert.Single(Catalogue.Load().Find(id));
        var model = new Instance(claim.Family, claim.Choices).Model;
        var property = model.Property(claim.Property);
        var answer = Ask(z3, model, property, 60);
        Assert.SkipWhen(answer is null, "z3 ran out of time");
        Assert.Equal(IsMet(model, property) ? "unsat" : "sat", answer);
    }

    private static bool IsMet(Model model, Property property)
    {
        var run = property is Property.NoDeadlock ? OneThread with { Reductions = Reductions.None } : OneThread;
        return ReductionLaws.TraceOf(new ExplicitEngine().Decide(model, property, run)) is not null;
    }

    // Null if it takes too long. An error message is not an answer and fails the test.
    private static string? Ask(SolverProgram z3, Model model, Property property, double seconds)
    {
        var text = new SmtHornWriter().Export(model, property)[0].Text;
        const string Question = "(check-sat)\n";
        Assert.EndsWith(Question, text);
        using var solver = z3.Start(1, new SolverLimits(Seconds: seconds), TestContext.Current.CancellationToken);
        try
        {
            solver.Send(text[..^Question.Length]);
            return solver.Ask(Question.TrimEnd()).ToString();
        }
        catch (SolverException e) when (e.Trouble is SolverFailure.OutOfTime or SolverFailure.GaveUp)
        {
            return null;
        }
    }
}
