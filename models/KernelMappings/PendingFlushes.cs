using Verify.Modelling;

namespace Verify.Models.KernelMappings;

/// <summary>Flushes that other CPUs are to do later: a flag for each CPU.</summary>
/// <param name="m">The model.</param>
/// <param name="cpu">The CPUs.</param>
/// <param name="name">The name of the flags.</param>
/// <param name="flush">Extends a step: a CPU flushes everything.</param>
internal sealed class PendingFlushes(ModelBuilder m, Sort cpu, string name, Action<StepBuilder, Expr> flush)
{
    private readonly Expr pending = m.Map(name, cpu, Sort.Bool);

    /// <summary>True if a CPU has to flush.</summary>
    public Expr this[Expr c] => pending[c];

    /// <summary>Extends a step: all CPUs but the caller's are to flush.</summary>
    public StepBuilder Post(StepBuilder s, Expr c) => s.Each(cpu, d => s.SetIf(d != c, pending[d], true));

    /// <summary>Extends a step: the flags become what a caller has read before, and those of all other CPUs are set.</summary>
    public StepBuilder PostOver(StepBuilder s, Expr c, Func<Expr, Expr> read) =>
        s.Each(cpu, d => s.Set(pending[d], read(d) | d != c));

    /// <summary>Extends a step: a CPU flushes everything if it has to.</summary>
    public StepBuilder Serve(StepBuilder s, Expr c) => s.If(pending[c], () =>
    {
        s.Set(pending[c], false);
        flush(s, c);
    });
}
