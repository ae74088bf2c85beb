using Verify.Claims;
using Verify.Cli;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

/// <summary>A small catalogue with claims of every kind, and a way to run the tool on it.</summary>
internal static class TestClaims
{
    public static readonly Shootdown Family = new();

    public static readonly Claim Full = Make(
        "SD-FULL:I-ENTRY", "A flush on every processor leaves no stale entry.", new Expectation.Proved(), Choices.Default);

    public static readonly Claim Local = Make("SD-LOCAL:I-ENTRY", "A flush on the own processor is enough.", new Expectation.Refuted(5),
        Choices.Default.With(Shootdown.LocalFlush)) with
    {
        Finding = "The other processor may have walked the page tables in the meantime.",
    };

    public static readonly Claim Quiet = Make("SD-QUIET:I-ENTRY", "A local flush is enough if no processor speculates.",
        new Expectation.ProvedIf(Shootdown.NoReuse.Name),
        Choices.Default.With(Shootdown.LocalFlush).Assume(Shootdown.NoReuse, Shootdown.NoSpeculation)) with
    {
        NotCovered = ["accesses by devices"],
    };

    public static readonly Claim Later = Make(
        "SD-LATER", "Some other thing.", new Expectation.Pending("a model of devices"), Choices.Default);

    public static readonly Claim Wrong = Make(
        "SD-WRONG", "A flush on every processor leaves a stale entry.", new Expectation.Refuted(), Choices.Default);

    public static readonly Claim Witness = Make(
        "SD-WITNESS", "Two processors can cache one page.", new Expectation.Proved(), Choices.Default) with
    {
        Property = "two cached",
    };

    public static Catalogue Good { get; } = Of(Full, Local, Quiet, Later, Witness);

    public static Catalogue Of(params IEnumerable<Claim> claims) => new(() => [Family], () => claims);

    private static Claim Make(string id, string sentence, Expectation expected, Choices choices) => new()
    {
        Id = id,
        Sentence = sentence,
        Family = Family,
        Choices = choices,
        Property = "I-ENTRY",
        Expected = expected,
        Sources = [Source.Mail("A. Reviewer", "2018-05-15", "<20180515@example.org>")],
    };
}

/// <summary>The result of one run of the tool.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    // The same solvers on every machine.
    private static readonly ISolverSource[] Solvers =
        [new SolverProgram(SolverKind.Z3, "z3", "0.0.1", null), new SolverProgram(SolverKind.Cvc5, "", "", "it is not installed")];

    public static ToolRun Of(params string[] arguments) =>
        Until(TestClaims.Good, new Bfs(), arguments, CancellationToken.None, new SolverChoice(Solvers));

    public static ToolRun On(Catalogue catalogue, IEngine engine, params string[] arguments) =>
        Until(catalogue, engine, arguments, CancellationToken.None);

    public static ToolRun Until(Catalogue catalogue, IEngine engine, string[] arguments, CancellationToken cancellation,
        SolverChoice? solvers = null) =>
        Of(catalogue, [engine, new Verify.Scheduling.ScheduleEngine()], arguments, solvers, cancellation);

    public static ToolRun OnAll(
        Catalogue catalogue, IReadOnlyList<IEngine> engines, string[] arguments, CancellationToken cancellation = default) =>
        Of(catalogue, engines, arguments, null, cancellation);

    /// <summary>Runs the tool with given solvers.</summary>
    public static ToolRun Asking(
        IReadOnlyList<ISolverSource> solvers, Catalogue catalogue, Func<ISolverSource, IReadOnlyList<IEngine>> engines,
        params string[] arguments)
    {
        var choice = new SolverChoice(solvers);
        return Of(catalogue, engines(choice), arguments, choice, CancellationToken.None);
    }

    private static ToolRun Of(Catalogue catalogue, IReadOnlyList<IEngine> engines, string[] arguments, SolverChoice? solvers,
        CancellationToken cancellation)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var tool = new Tool(engines, ModelWriters.All, () => catalogue, solvers);
        var code = tool.Run(arguments, Terminal.Plain(output, error), cancellation);
        return new ToolRun(code, output.ToString(), error.ToString());
    }
}
