using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>Remote invalidations in progress: the processors that still have to answer, and the address.</summary>
/// <remarks>
/// Either one at a time, if the initiator holds the lock of the address space until all have answered, or one per
/// initiator, which is a processor or a thread that runs anywhere. Every answer is a step of its own processor, in any
/// order and at any later time. If only one invalidation exists at a time, the initiator is none.
/// </remarks>
public sealed class Shootdown
{
    /// <summary>The entries that a flush without an address drops.</summary>
    public const string Everything = "everything";

    /// <summary>
    /// The reason why no page is freed between a read of its PTE with interrupts off and a reference that is taken
    /// before they are on again, where processors are interrupted.
    /// </summary>
    public const string Waits = "the flush before the page is freed waits for this CPU, which has interrupts off";

    private readonly Sort cpu;
    private readonly Sort initiator;
    private readonly Architecture architecture;
    private readonly bool isConcurrent;
    private readonly Expr pending;
    private readonly Expr address;

    /// <summary>Declares the state, with nothing in progress.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="architecture">The architecture, which decides how others are reached.</param>
    /// <param name="isConcurrent">True if each processor, or each of the initiators, can have one in progress.</param>
    /// <param name="initiators">The threads that start invalidations, if it does not matter where they run.</param>
    public Shootdown(ModelBuilder m, Sort cpu, Sort va, Architecture architecture, bool isConcurrent = false,
        Sort? initiators = null)
    {
        (this.cpu, this.architecture, this.isConcurrent) = (cpu, architecture, isConcurrent);
        initiator = initiators ?? cpu;
        pending = isConcurrent ? m.Map("pending", initiator, cpu, Sort.Bool) : m.Map("pending", cpu, Sort.Bool);
        address = isConcurrent ? m.Map("flush_va", initiator, Sort.Option(va)) : m.Var("flush_va", Sort.Option(va));
    }

    /// <summary>Extends each step that sends an invalidation (true) or has waited for one (false).</summary>
    public Action<StepBuilder, bool>? Observer { get; init; }

    /// <summary>The address that an initiator asks to drop; none for the whole address space.</summary>
    public Expr Address(Expr from) => isConcurrent ? address[from] : address;

    /// <summary>True if all processors have answered an initiator.</summary>
    public Expr IsComplete(Expr from) => ForAll(cpu, d => !Pending(from, d));

    /// <summary>Extends a step: an initiator sends an invalidation to some processors.</summary>
    public StepBuilder Send(StepBuilder s, Expr from, Func<Expr, Expr> targets, Expr drop)
    {
        Observer?.Invoke(s, true);
        return s.Each(cpu, d => s.SetIf(targets(d), Pending(from, d), true)).Set(Address(from), drop);
    }

    /// <summary>Extends a step: the invalidation of an initiator is over.</summary>
    public StepBuilder Finish(StepBuilder s, Expr from)
    {
        Observer?.Invoke(s, false);
        return s.When(IsComplete(from)).Set(Address(from), None);
    }

    /// <summary>Adds a flush of all processors and the wait for it.</summary>
    /// <param name="t">The program.</param>
    /// <param name="mmu">The walker of each processor.</param>
    /// <param name="c">The processor that it runs on.</param>
    /// <param name="address">The address to drop; none for everything.</param>
    /// <param name="first">The additions to the first step.</param>
    /// <param name="sources">The callers.</param>
    public void AddFlush(ThreadBuilder t, Mmu mmu, Expr c, Expr address, Action<StepBuilder> first, params Source[] sources)
    {
        var isBroadcast = architecture.Remote == RemoteInvalidation.Broadcast;
        if (!isBroadcast)
        {
            t.Step(architecture.LocalFlush, s =>
            {
                first(s);
                mmu.Invalidate(s, c, address);
                s.Shows(address).ShowsNoneAs(Everything).From([architecture.Source, .. sources]);
            });
        }

        t.Step(architecture.RemoteFlush, s =>
        {
            if (isBroadcast)
            {
                first(s);
            }

            Send(s, c, d => isBroadcast ? true : d != c, address).Shows(address).ShowsNoneAs(Everything).From([.. sources]);
        });
        t.Step("flush is complete", s => Finish(s, c).Shows());
    }

    /// <summary>Adds the answer of each processor.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasInterrupts">True if a processor can take an interrupt.</param>
    /// <param name="invalidate">The effect on the second processor for the first, the initiator; see
    /// <see cref="Address"/>.</param>
    /// <param name="isFair">True if an answer that is possible eventually happens.</param>
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

            s.Set(Pending(from, d), false).Shows(Address(from)).ShowsNoneAs(Everything);
            invalidate(s, from, d);
        }

        var rule = isConcurrent
            ? m.Rule(architecture.Completion, cpu, initiator, (s, d, from) => Answer(s, from, d))
            : m.Rule(architecture.Completion, cpu, (s, d) => Answer(s, None, d));
        rule.Fair(isFair).From(architecture.Source, Source.Kernel("flush_tlb_func_common", "arch/x86/mm/tlb.c", "016c4d92cd16"));
        m.Reachable("an invalidation is under way",
            isConcurrent ? Exists(initiator, cpu, (from, d) => pending[from, d]) : Exists(cpu, d => pending[d]));
    }

    /// <summary>True if a processor has still to answer another one.</summary>
    public Expr IsPending(Expr from, Expr d) => Pending(from, d);

    private Expr Pending(Expr from, Expr d) => isConcurrent ? pending[from, d] : pending[d];
}
