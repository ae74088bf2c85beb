namespace Verify.Solvers;

/// <summary>
/// The available solvers and the chosen one: a solver selected by name, else the first. If the first is not available,
/// the next one of its kind replaces it.
/// </summary>
/// <param name="all">All solvers, the preferred one first.</param>
public sealed class SolverChoice(IReadOnlyList<ISolverSource> all) : ISolverSource
{
    private readonly Lazy<ISolverSource> preferred = new(() => Preferred(all));
    private ISolverSource? named;

    /// <summary>All solvers, the preferred one first.</summary>
    public IReadOnlyList<ISolverSource> All => all;

    /// <summary>The chosen solver.</summary>
    public ISolverSource Chosen => named ?? preferred.Value;

    /// <summary>
    /// The chosen solver and the first of another kind, so that two independent programs confirm a result.
    /// </summary>
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

    /// <summary>Selects a solver by name.</summary>
    /// <returns>False if no solver has the name.</returns>
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
