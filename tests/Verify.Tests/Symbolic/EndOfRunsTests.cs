using Verify.Claims;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Tests.Cli;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Solvers;

namespace Verify.Tests.Symbolic;

/// <summary>A bounded search that comes to the end of all runs has looked at all states.</summary>
public sealed class EndOfRunsTests
{
    // Runs of this family have at most five steps, which no solver knows before it has looked for longer ones.
    [Theory]
    [InlineData("low", "proved")]
    [InlineData("high", "refuted")]
    public void A_bounded_search_that_comes_to_the_end_of_all_runs_decides_for_all_states(string property, string verdict)
    {
        _ = (RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5));
        using var folder = new TestDirectory();
        var claim = TestClaims.Full with
        {
            Id = "ENDS",
            Family = new Stops(hasHigh: property == "high"),
            Choices = Choices.Default,
            Property = property,
            Expected = verdict == "proved" ? new Expectation.Proved() : new Expectation.Refuted(),
        };
        ISolverSource[] solvers = [new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)];
        ToolRun Run(params string[] arguments) => ToolRun.Asking(solvers, TestClaims.Of(claim),
            asked => [new ExplicitEngine(), .. EngineTroubleTests.Engines(asked)], arguments);

        var run = Run("prove", "ENDS", "--engine", "bmc", "--into", folder.Path);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"ENDS  {verdict}, as expected\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("the states on runs of fewer than 8 steps, as no run is longer", run.Out.Replace("\n    ", " "),
            StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        var again = Run("certify", file);
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.StartsWith($"ok  ENDS  {verdict} on stops", again.Out, StringComparison.Ordinal);

        File.WriteAllText(file, File.ReadAllText(file).Replace("before step 8;", "before step 4;", StringComparison.Ordinal));
        Assert.Equal(3, Run("certify", file).ExitCode);
        var cut = Run("check", "ENDS", "--engine", "bmc", "--budget", "depth=3");
        Assert.StartsWith(verdict == "proved" ? "ENDS  holds-up-to" : "ENDS  unknown", cut.Out, StringComparison.Ordinal);
    }

    private sealed class Stops(bool hasHigh) : ModelFamily
    {
        public override string Name => "stops";

        public override string Summary => "A counter that stops.";

        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Range(0, 7));
            m.Rule("grow", s => s.When(x < 5).Set(x, x + 1));
            m.Always("low", x < 6);
            m.Reachable("grown", x == 5);
            if (hasHigh)
            {
                m.Reachable("high", x == 7);
            }
        }
    }
}
