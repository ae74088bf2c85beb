namespace Verify.Solvers;

/// <summary>
/// The solvers, and the one that is asked: the one that was chosen by its name, else the first. Where the first is not
/// available, the next one of its kind stands in for it.
/// </summary>
/// <param name="all">All of them, the preferred one first.</param>
public sealed class SolverChoice(IReadOnlyList<ISolverSource> all) : ISolverSource
{
    private readonly Lazy<ISolverSource> preferred = new(() => Preferred(all));
    private ISolverSource? named;

    /// <summary>All of them, the preferred one first.</summary>
    public IReadOnlyList<ISolverSource> All => all;

    /// <summary>The one that is asked.</summary>
    public ISolverSource Chosen => named ?? preferred.Value;

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
        named = found ?? named;
        return found is not null;
    }

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        Chosen.Start(seed, limits, cancellation);

    private static ISolverSource Preferred(IReadOnlyList<ISolverSource> all) =>
        all[0].IsNamed ? all[0] : all.FirstOrDefault(source => source.Kind == all[0].Kind && source.Unavailable is null) ?? all[0];
}
