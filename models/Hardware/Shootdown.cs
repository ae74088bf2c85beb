using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Hardware;

/// <summary>A remote invalidation under way: who has still to answer, and for which address.</summary>
/// <remarks>
/// One at a time: whoever starts one holds the lock of the address space until all have answered. Every answer is a
/// step of its own processor, in any order and as late as it likes.
/// </remarks>
public sealed class Shootdown
{
    private readonly Sort cpu;
    private readonly Architecture architecture;
    private readonly Expr pending;

    /// <summary>Declares it, with nothing under way.</summary>
    public Shootdown(ModelBuilder m, Sort cpu, Sort va, Architecture architecture)
    {
        (this.cpu, this.architecture) = (cpu, architecture);
        pending = m.Map("pending", cpu, Sort.Bool);
        Address = m.Var("flush_va", Sort.Option(va));
    }

    /// <summary>The address to drop; the whole address space when there is none.</summary>
    public Expr Address { get; }

    /// <summary>Whether all have answered.</summary>
    public Expr IsComplete => ForAll(cpu, d => !pending[d]);

    /// <summary>Adds to a step that an invalidation goes out to some processors.</summary>
    public StepBuilder Send(StepBuilder s, Func<Expr, Expr> targets, Expr address) =>
        s.Each(cpu, d => s.SetIf(targets(d), pending[d], true)).Set(Address, address);

    /// <summary>Adds to a step that the invalidation is over.</summary>
    public StepBuilder Finish(StepBuilder s) => s.When(IsComplete).Set(Address, None);

    /// <summary>Adds the answer of each processor.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasInterrupts">Whether a processor can take an interrupt.</param>
    /// <param name="invalidate">What it then does.</param>
    public void AddAnswers(ModelBuilder m, Func<Expr, Expr> hasInterrupts, Action<StepBuilder, Expr> invalidate)
    {
        m.Rule(architecture.Completion, cpu, (s, d) =>
        {
            s.When(pending[d]);
            if (architecture.Remote == RemoteInvalidation.Interrupt)
            {
                s.When(hasInterrupts(d));
            }

            s.Set(pending[d], false).Shows(Address);
            invalidate(s, d);
        }).From(architecture.Source, Anchor.Kernel("flush_tlb_func_common", "arch/x86/mm/tlb.c", "016c4d92cd16"));
        m.Reachable("an invalidation is under way", Exists(cpu, d => pending[d]));
    }
}
