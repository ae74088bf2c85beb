using Verify.Engines;

namespace Verify.Cli.Running;

/// <summary>The outcome of a comparison of engines.</summary>
/// <param name="Asked">The number of claims to compare.</param>
/// <param name="Rows">The claims that were compared and those that were skipped; fewer only after an interrupt.</param>
/// <param name="Engines">The engines, in the order of the answers.</param>
internal sealed record ComparisonOutcome(int Asked, IReadOnlyList<Comparison> Rows, IReadOnlyList<IEngine> Engines)
{
    /// <summary>The engines that are not available, each with the reason.</summary>
    public IEnumerable<(string Engine, string Reason)> Missing =>
        Engines.Where(engine => engine.Unavailable is not null).Select(engine => (engine.Name, engine.Unavailable!));

    /// <summary>The internal errors of engines.</summary>
    public IEnumerable<(Comparison Row, Comparison.Answer Answer)> Mistakes =>
        Rows.SelectMany(row => row.Answers.Where(answer => answer.IsMistake).Select(answer => (row, answer)));

    /// <summary>The errors in claims and models.</summary>
    public IEnumerable<Diagnostic> Failures => Rows.Select(row => row.Failure).OfType<Diagnostic>();

    /// <summary>The number of claims that were compared.</summary>
    public int Compared => Rows.Count(row => row.LeftOut is null);

    /// <summary>The number of claims that at least two engines decided alike.</summary>
    public int Seconded => Rows.Count(row => row.LeftOut is null && row.IsSeconded);

    /// <summary>The number of claims for which engines contradict each other.</summary>
    public int Contradicted => Rows.Count(row => row.Contradiction is not null);

    /// <summary>True if it was interrupted.</summary>
    public bool IsInterrupted => Rows.Count < Asked;

    /// <summary>The summary in one sentence.</summary>
    public string Sentence => FormattableString.Invariant(
        $"{Compared} of {Rows.Count} claims compared: {Seconded} decided alike by at least two engines, ")
        + FormattableString.Invariant($"{Compared - Seconded - Contradicted} by one alone, {Contradicted} contradicted.");
}
