namespace Verify.Solving;

/// <summary>The solvers that there are, and the one that is asked: the first, unless another is chosen by its name.</summary>
/// <param name="all">All of them, the preferred one first.</param>
public sealed class SolverChoice(IReadOnlyList<ISolverSource> all) : ISolverSource
{
    /// <summary>All of them, the preferred one first.</summary>
    public IReadOnlyList<ISolverSource> All => all;

    /// <summary>The one that is asked.</summary>
    public ISolverSource Chosen { get; private set; } = all[0];

    /// <summary>The one that is asked, and the first of another kind: what both say is said by two programs.</summary>
    public IReadOnlyList<ISolverSource> WithSecondOpinion =>
        [Chosen, .. all.Where(source => source.Kind != Chosen.Kind).Take(1)];

    /// <inheritdoc/>
    public string Name => Chosen.Name;

    /// <inheritdoc/>
    public SolverKind Kind => Chosen.Kind;

    /// <inheritdoc/>
    public string Identity => Chosen.Identity;

    /// <inheritdoc/>
    public string? Unavailable => Chosen.Unavailable;

    /// <summary>From now on, another one is asked.</summary>
    /// <returns>False if there is none of that name.</returns>
    public bool Choose(string name)
    {
        var found = all.FirstOrDefault(source => source.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        Chosen = found ?? Chosen;
        return found is not null;
    }

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        Chosen.Start(seed, limits, cancellation);
}
