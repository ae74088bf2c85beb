using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>Remote invalidations under way: who has still to answer, and for which address.</summary>
/// <remarks>
/// One at a time, where whoever starts one holds the lock of the address space until all have answered; or one for each
/// processor that asks. Every answer is a step of its own processor, in any order and as late as it likes. Where only
/// one asks at a time, the processor that asks is none.
/// </remarks>
public sealed class Shootdown
{
    private readonly Sort cpu;
    private readonly Architecture architecture;
    private readonly bool isConcurrent;
    private readonly Expr pending;
    private readonly Expr address;

    /// <summary>Declares it, with nothing under way.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="architecture">How others are reached.</param>
    /// <param name="isConcurrent">Whether each processor can have one under way.</param>
    public Shootdown(ModelBuilder m, Sort cpu, Sort va, Architecture architecture, bool isConcurrent = false)
    {
        (this.cpu, this.architecture, this.isConcurrent) = (cpu, architecture, isConcurrent);
        pending = isConcurrent ? m.Map("pending", cpu, cpu, Sort.Bool) : m.Map("pending", cpu, Sort.Bool);
        address = isConcurrent ? m.Map("flush_va", cpu, Sort.Option(va)) : m.Var("flush_va", Sort.Option(va));
    }

    /// <summary>The address that a processor asks to drop; the whole address space when there is none.</summary>
    public Expr Address(Expr from) => isConcurrent ? address[from] : address;

    /// <summary>Whether all have answered a processor.</summary>
    public Expr IsComplete(Expr from) => ForAll(cpu, d => !Pending(from, d));

    /// <summary>Adds to a step that an invalidation goes out from a processor to some.</summary>
    public StepBuilder Send(StepBuilder s, Expr from, Func<Expr, Expr> targets, Expr drop) =>
        s.Each(cpu, d => s.SetIf(targets(d), Pending(from, d), true)).Set(Address(from), drop);

    /// <summary>Adds to a step that the invalidation of a processor is over.</summary>
    public StepBuilder Finish(StepBuilder s, Expr from) => s.When(IsComplete(from)).Set(Address(from), None);

    /// <summary>Adds the answer of each processor.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasInterrupts">Whether a processor can take an interrupt.</param>
    /// <param name="invalidate">What the second processor then does for the first, which asked; see <see cref="Address"/>.</param>
    /// <param name="isFair">Whether an answer that can come does come.</param>
    public void AddAnswers(
        ModelBuilder m, Func<Expr, Expr> hasInterrupts, Action<StepBuilder, Expr, Expr> invalidate, bool isFair = false)
    {
        void Answer(StepBuilder s, Expr from, Expr d)
        {
            s.When(Pending(from, d));
            if (architecture.Remote == RemoteInvalidation.Interrupt)
            {
                s.When(hasInterrupts(d));
            }

            s.Set(Pending(from, d), false).Shows(Address(from));
            invalidate(s, from, d);
        }

        var rule = isConcurrent
            ? m.Rule(architecture.Completion, cpu, cpu, (s, d, from) => Answer(s, from, d))
            : m.Rule(architecture.Completion, cpu, (s, d) => Answer(s, None, d));
        rule.Fair(isFair).From(architecture.Source, Source.Kernel("flush_tlb_func_common", "arch/x86/mm/tlb.c", "016c4d92cd16"));
        m.Reachable("an invalidation is under way",
            isConcurrent ? Exists(cpu, cpu, (from, d) => pending[from, d]) : Exists(cpu, d => pending[d]));
    }

    private Expr Pending(Expr from, Expr d) => isConcurrent ? pending[from, d] : pending[d];
}
