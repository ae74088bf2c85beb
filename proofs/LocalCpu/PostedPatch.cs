using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.LocalCpu;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The actual behaviour of the posted patch: it overwrites valid PTEs, flushes locally, and leaves munmap unchanged.
/// </summary>
public sealed class PostedPatch : ClaimList
{
    private static readonly MmInstance OnX86 = new(
        "VL-OVERWRITE-x86",
        MmInstance.Upstream.With(LocalCpuFlag.Overwrite).Assume(LocalCpuFlag.OnlyOwner, LocalCpuFlag.Pinned),
        Mails.Patch, Mails.Cpumask);

    private static readonly MmInstance OnArm = new(
        "VL-OVERWRITE-ARM",
        OnX86.Choices.On(Architecture.Arm64.Profile),
        Mails.Patch, Source.Manual("Break-before-make", "Arm ARM, G5.9.1.1; VMSAv8-64 rule R_WHZWS"));

    private static readonly MmInstance Left = new(
        "VL-PTELEFT",
        OnX86.Choices.With(LocalCpuFlag.PteLeft).Assume(LocalCpuFlag.IdleBetween),
        Mails.Patch);

    private static readonly MmInstance Hold = new(
        "VL-PTELEFT-HOLD",
        MmInstance.Upstream.With(LocalCpuFlag.Overwrite, LocalCpuFlag.PteLeft, LocalCpuFlag.FrameHold),
        Mails.Patch, Source.Kernel("flush_tlb_mm", "arch/x86/include/asm/tlbflush.h", "v4.17"));

    private static readonly MmInstance HoldWide = new("VL-PTELEFT-HOLD-WIDE", Hold.Choices.Size("va", 2), Hold.Sources);

    private static readonly MmInstance Device = new(
        "VL-SVA",
        OnX86.Choices.With(LocalCpuFlag.Sva).Size("cpu", 1),
        Mails.Patch, Source.Kernel("mmu_notifier_invalidate_range", "Documentation/mm/mmu_notifier.rst", "b39955e3dfec"));

    private static readonly MmInstance NoDevice = new(
        "VL-SVA-NONE",
        MmInstance.Upstream.With(LocalCpuFlag.Overwrite, LocalCpuFlag.Sva).Size("cpu", 1).Assume(LocalCpuFlag.NoSva),
        Mails.Rutland);

    private static readonly MmInstance Protect = new(
        "VL-MPROT",
        MmInstance.Upstream.With(LocalCpuFlag.Mprotect, LocalCpuFlag.LocalMprotect).Assume(LocalCpuFlag.Pinned),
        Mails.Patch, Source.Kernel("change_protection", "mm/mprotect.c", "076d1ab51ae6"));

    private static readonly MmInstance ProtectPrivately = new(
        "VL-MPROT-ONLY",
        Protect.Choices.Assume(LocalCpuFlag.OnlyOwner),
        Mails.Patch, Source.Kernel("change_protection", "mm/mprotect.c", "076d1ab51ae6"));

    private static readonly MmInstance ProtectFully = new(
        "VL-MPROT-FULL",
        MmInstance.Upstream.With(LocalCpuFlag.Mprotect),
        Source.Kernel("change_protection", "mm/mprotect.c", "076d1ab51ae6"));

    private static readonly MmInstance ProtectPages = new("VL-MPROT-PAGES", ProtectFully.Choices.Size("va", 2), ProtectFully.Sources);

    public override IEnumerable<Claim> Claims =>
    [
        OnX86.Claim("I-ENTRY", Refuted(6),
            "Overwriting the PTE and flushing locally leaves no stale TLB entry, if threads are pinned and only the "
                + "owner touches its address."),
        OnX86.Claim("I-USE", ProvedIf,
            "Overwriting the PTE and flushing locally lets no access go wrong, if threads are pinned and only the owner "
                + "touches its address.",
            "Reuse of the address needs no assumption here: the address is given back by munmap only, which the patch "
                + "leaves alone, and the PTE is still valid then, so that the zap does flush."),
        OnX86.Claim("I-SPEC", Refuted(7),
            "Overwriting the PTE and flushing locally lets no speculative access reach a frame after it changed hands."),
        OnArm.Claim("I-BBM", Refuted(3),
            "Overwriting the PTE keeps to break-before-make on Arm.",
            "Both output addresses are writable, so an invalid value and a broadcast TLBI belong in between. Neither "
                + "is there, and from then on the architecture promises nothing."),
        OnArm.Claim("I-ENTRY", Refuted(3),
            "Overwriting the PTE and flushing locally leaves no stale TLB entry on Arm.",
            "The run is the one into undefined behaviour."),
        OnArm.Claim("I-USE", Refuted(3),
            "Overwriting the PTE and flushing locally lets no access go wrong on Arm.",
            "The run is the one into undefined behaviour."),
        Left.Claim("I-PTE", Refuted(3),
            "Between two operations the PTE can be left as it is.",
            "A PFN mapping holds no reference: the application frees its buffer, and a valid PTE names a free frame."),
        Left.Claim("I-ENTRY", Refuted(4),
            "Between two operations the PTE can be left as it is, and no stale TLB entry is left.",
            "Any CPU fills the old translation again from memory, the owner's too: flushing cannot help."),
        Left.Claim("I-USE", ProvedIf,
            "Between two operations the PTE can be left as it is, and no access goes wrong, if threads are pinned, only "
                + "the owner touches its address, and not between operations.",
            "Pinning is needed as well: an owner that moves finds what its new CPU has speculated. That the owner "
                + "keeps still between operations is an assumption of its own, which nobody has stated."),
        Hold.Claim("I-PTE", Proved,
            "If zuf keeps a reference to each buffer until the next full flush, no PTE names a frame that is somebody "
                + "else's."),
        Hold.Claim("I-ENTRY", Proved,
            "If zuf keeps a reference to each buffer until the next full flush, overwriting and flushing locally leaves "
                + "no stale TLB entry.",
            "Nothing else is assumed: not pinning, not private pointers. The flush can wait as long as the frame does, "
                + "so one IPI serves many operations."),
        Hold.Claim("I-USE", Proved,
            "If zuf keeps a reference to each buffer until the next full flush, overwriting and flushing locally lets no "
                + "access go wrong."),
        HoldWide.Claim("I-ENTRY", Proved,
            "If zuf keeps a reference to each buffer until the next full flush, and that flush and those at close are one at a time "
                + "under mmap_lock, threads with an address each leave no stale TLB entry."),
        Device.Claim("I-ENTRY", Refuted(6),
            "On one CPU the patch leaves no stale entry, even if a device shares the address space.",
            "The overwrite calls no mmu notifier, so the device keeps what it was told by ATS."),
        Device.Claim("I-USE", Refuted(7),
            "On one CPU the patch lets no access go wrong, even if a device shares the address space.",
            "The device's DMA goes to the frame of the operation before."),
        NoDevice.Claim("I-ENTRY", ProvedIf,
            "If the whole mm is on one CPU, and on no device, the patch leaves no stale entry.",
            "The one case that its critics grant, and in which mm_cpumask makes the flag unnecessary."),
        Protect.Claim("I-ENTRY", Refuted(5),
            "mprotect(PROT_READ) with a local flush leaves no TLB entry that allows a store."),
        Protect.Claim("I-USE", Refuted(6),
            "After mprotect(PROT_READ) with a local flush no store goes through.",
            "A thread on the wrong CPU that has stored before has a dirty entry, which no longer looks at the PTE."),
        ProtectPrivately.Claim("I-USE", ProvedIf,
            "After mprotect(PROT_READ) with a local flush no store goes through, if threads are pinned and only the "
                + "owner touches its address."),
        ProtectFully.Claim("I-ENTRY", Proved,
            "After mprotect(PROT_READ) as it is upstream no TLB entry allows a store."),
        ProtectFully.Claim("I-USE", Proved,
            "After mprotect(PROT_READ) as it is upstream no store goes through."),
        ProtectPages.Claim("I-ENTRY", Proved,
            "After mprotect(PROT_READ) of several addresses, one at a time under mmap_lock, no TLB entry allows a store."),
    ];
}
