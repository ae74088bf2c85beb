using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ownership;

/// <summary>The properties of XPFO.</summary>
/// <param name="m">The model.</param>
/// <param name="parts">Its variables.</param>
/// <param name="mapping">The direct map.</param>
/// <param name="block">The block entry, if there is one.</param>
/// <param name="pageLock">The lock of each page, if it is held across steps.</param>
internal sealed class XpfoProperties(
    ModelBuilder m, Xpfo.Parts parts, KernelMapping mapping, BlockMapping? block, Expr? pageLock)
{
    private readonly Sort cpu = parts.Cpu;
    private readonly Sort frame = parts.Frame;

    /// <summary>Adds the properties.</summary>
    public void Add()
    {
        Expr isDefined = block?.IsDefined ?? true;
        Expr IsUsers(Expr f) => parts.Use[f] == PageUse.User;
        m.Always("I-XPFO", isDefined & ForAll(cpu, frame, (c, f) => mapping.Reaches(c, f).Implies(!IsUsers(f))),
            "while user space owns a page, no CPU can translate its address in the direct map");
        m.Always("I-XPFO-CLOSED",
            isDefined & ForAll(cpu, frame, (c, f) => (mapping.Reaches(c, f) & IsClosed(f)).Implies(!IsUsers(f))),
            "while user space owns a page that the kernel has not mapped, no CPU can translate its address in the direct map");
        m.Always("I-RET2DIR", isDefined & !parts.Hijacked,
            "kernel code that an attacker has misled does not reach a page of user space through the direct map");
        m.Always("I-KMAP", isDefined & !parts.Faulted, "kernel code can access a page that it has mapped");
        m.Always("I-KERNEL", ForAll(frame, f =>
            (parts.Ready & parts.Use[f] == PageUse.Kernel).Implies(mapping.Pages.Shared(f).HasValue)),
            "a page of the kernel's has its address in the direct map");
        block?.AddInvariant(m);
        if (m.Has(Xpfo.Retry))
        {
            Expr IsAtAccess(Expr c) => parts.Kernel.At(c, "load/store", "spurious fault");
            var one = m.AnyOf("accessing", cpu);
            m.LeadsTo("L-KMAP", IsAtAccess(one), !IsAtAccess(one), "an access to a page that the kernel has mapped gets through");
        }

        if (Xpfo.DisablesInterrupts(m) && !m.Has(Xpfo.AtSwitch))
        {
            AddInterruptProperties();
        }

        m.Reachable("user space owns a page", Exists(frame, IsUsers));
        m.Reachable("a CPU can translate a page that the kernel has mapped",
            Exists(cpu, frame, (c, f) => mapping.Reaches(c, f) & IsUsers(f)));
        m.Mark("user's", cpu, frame, (c, f) => (mapping.Tlb[c, f], mapping.Tlb[c, f].HasValue & IsUsers(f) & IsClosed(f)));
    }

    private void AddInterruptProperties()
    {
        Expr Waits(Expr c) => mapping.HasInterruptsOff(c) & !parts.Shootdown.IsComplete(c);
        var one = m.AnyOf("watched", cpu);
        m.LeadsTo("L-PROG", Waits(one), !Waits(one), "a CPU that waits for others to flush, with interrupts off, is answered");
        if (Architecture.Of(m).Remote == RemoteInvalidation.Broadcast)
        {
            return;
        }

        Expr WaitsForLock(Expr d, Expr c) => pageLock is null
            ? false
            : parts.Reference[d] == parts.Reference[c] & pageLock[parts.Reference[d].Value]
                & parts.Kernel.At(d, "xpfo_kmap", "atomic_dec_return");
        m.Always("I-IPI", ForAll(cpu, c => !Waits(c)), "no CPU that has interrupts off waits for others to flush");
        m.Always("I-DEADLOCK", ForAll(cpu, cpu, (c, d) => !(Waits(c) & mapping.HasInterruptsOff(d)
            & parts.Shootdown.IsPending(c, d) & (parts.Shootdown.IsPending(d, c) | WaitsForLock(d, c)))),
            "no two CPUs that have interrupts off wait for each other");
    }

    private Expr IsClosed(Expr f) => ForAll(cpu, c => parts.Reference[c] != f);
}
