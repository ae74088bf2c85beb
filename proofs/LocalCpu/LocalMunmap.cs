using Verify.Claims;
using Verify.Models.LocalCpu;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.LocalCpu;

/// <summary>A munmap that flushes the calling CPU only, and the assumptions of its author.</summary>
public sealed class LocalMunmap : ClaimList
{
    // "Even assuming that software never explicitly accesses an address which it has not mapped is insufficient": Rutland
    // grants A-ONLY, and pins the two threads.
    private static readonly MmInstance Mark = new(
        "VL-MARK",
        MmInstance.Upstream.With(LocalCpuFlag.LocalMunmap).Assume(LocalCpuFlag.OnlyOwner, LocalCpuFlag.Pinned),
        Mails.Rutland, Mails.Wilcox);

    private static readonly MmInstance NoReuse = new(
        "VL-NOREUSE",
        MmInstance.Upstream.With(LocalCpuFlag.LocalMunmap).Assume(LocalCpuFlag.NoReuse),
        Mails.ToRutland, Mails.Zijlstra);

    private static readonly MmInstance Boaz = new(
        "VL-BOAZ",
        MmInstance.Upstream.With(LocalCpuFlag.LocalMunmap).Size("va", 2)
            .Assume(LocalCpuFlag.NoReuse, LocalCpuFlag.Pinned, LocalCpuFlag.OnlyOwner, LocalCpuFlag.FullZap),
        Mails.ToRutland, Mails.Patch, Mails.Purpose);

    private static readonly MmInstance Switching = new(
        "VL-BOAZ-SWITCH",
        Boaz.Choices.Size("va", 1).Size("frame", 1).Size("gens", 2),
        Mails.ToRutland, Mails.Cpumask);

    private static readonly MmInstance EmptyZap = new(
        "VL-BOAZ-EMPTYZAP",
        Boaz.Choices.With(LocalCpuFlag.GatherFlush).Size("va", 1),
        Mails.ToRutland, LocalCpuFlag.GatherFlush.Source!);

    private static readonly MmInstance Tables = new(
        "VL-BOAZ-TABLES",
        Boaz.Choices.With(LocalCpuFlag.FreeTables),
        Mails.Wilcox, Mails.Rutland);

    private static readonly MmInstance Hotplug = new(
        "VL-HOTPLUG",
        Boaz.Choices.Drop(LocalCpuFlag.Pinned.Name).Size("va", 1),
        Mails.ToRutland);

    private static readonly MmInstance Attack = new(
        "VL-ATTACK",
        Boaz.Choices.Drop(LocalCpuFlag.OnlyOwner.Name).Size("va", 1),
        Mails.Zijlstra, Mails.Wilcox, Mails.ToWilcox);

    private static readonly MmInstance Signed = new(
        "VL-SIGNED",
        Attack.Choices.With(LocalCpuFlag.SignedServer),
        Mails.ToWilcox, Mails.Wilcox);

    private static readonly MmInstance SignedAndTrusted = new(
        "VL-SIGNED-TRUST",
        Signed.Choices.Assume(LocalCpuFlag.Trusted),
        Mails.ToWilcox, Mails.Wilcox);

    public override IEnumerable<Claim> Claims =>
    [
        Mark.Claim("I-ENTRY", Refuted(5),
            "A munmap that flushes the calling CPU only leaves no stale TLB entry if software never touches an address "
                + "that it has not mapped.",
            "The other CPU fills its TLB by speculation alone: TLB maintenance cannot be elided."),
        Mark.Claim("I-USE", Refuted(7),
            "A munmap that flushes the calling CPU only lets no access go wrong if software never touches an address "
                + "that it has not mapped.",
            "y == x: the second thread is given the address of the first, and hits what its CPU speculated before."),
        NoReuse.Claim("I-ENTRY", Refuted(5),
            "If an address is never handed to another thread, a local munmap leaves no stale TLB entry."),
        NoReuse.Claim("I-USE", Refuted(6),
            "If an address is never handed to another thread, a local munmap lets no access go wrong.",
            "Reuse of the address was never the only way: a touch on the wrong CPU is enough."),
        Boaz.Claim("I-ENTRY", Refuted(5),
            "With addresses that are kept, pinned threads, private pointers and a full flush at teardown, a local "
                + "munmap leaves no stale TLB entry.",
            "None of the four assumptions is about speculation."),
        Boaz.Claim("I-USE", ProvedIf,
            "With addresses that are kept, pinned threads, private pointers and a full flush at teardown, a local "
                + "munmap lets no access go wrong.",
            "True as a statement about accesses that retire, and each of the four assumptions carries it. Nothing in "
                + "the kernel enforces that only the owner touches the address, and a pinned thread stays pinned only "
                + "until somebody with the right to do so moves it."),
        Boaz.Claim("I-SPEC", Refuted(6),
            "With addresses that are kept, pinned threads, private pointers and a full flush at teardown, a local "
                + "munmap lets no speculative access reach a frame after it changed hands."),
        Switching.Claim("I-USE", Proved,
            "The four assumptions carry a local munmap through context switches and lazy TLB mode as well."),
        EmptyZap.Claim("I-USE", Refuted(9),
            "At close everything is properly zapped, because munmap is left as it is.",
            "A zap flushes what it clears. If every operation has cleared its PTE already, the munmap at close finds "
                + "nothing, gathers nothing and flushes nothing, unless it frees the page table too, which it does not "
                + "while a neighbour uses it; the stale entries of other CPUs outlive the VMA, and the address is handed "
                + "out again. Exit and crash are no such case: in 2018 a gather of the whole mm flushed whatever it found, "
                + "since 2020 it does if it frees page tables, and no thread is left in either. The posted patch escapes, "
                + "because it leaves the PTE valid; a munmap for each operation does not. A-FULLZAP has to be made true, "
                + "it is not true by itself."),
        Tables.Claim("I-TABLE", Refuted(9),
            "With the four assumptions, page tables can be freed after a local flush.",
            "CPU 1 executes nothing: its walker goes, by speculation, through what it has cached of the upper level, "
                + "and reads, and writes an accessed bit to, a frame that is somebody else's."),
        Tables.Claim("I-ENTRY", Refuted(9),
            "With the four assumptions, page tables can be freed after a local flush, and no stale TLB entry is left."),
        Tables.Claim("I-USE", Refuted(13),
            "With the four assumptions, page tables can be freed after a local flush, and no access goes wrong.",
            "A thread's own address can be reached through the freed table of another one's: both lie under one upper "
                + "entry. Assumptions about who touches which address cannot help."),
        Hotplug.Claim("I-ENTRY", Refuted(5),
            "Pinning is not needed: a local munmap leaves no stale TLB entry if threads may move."),
        Hotplug.Claim("I-USE", Refuted(8),
            "Pinning is not needed: a local munmap lets no access go wrong if threads may move.",
            "The thread resumes on a CPU that has the same mm loaded, so no generation is compared on the way."),
        Attack.Claim("I-ENTRY", Refuted(5),
            "It does not matter who touches the address: a local munmap leaves no stale TLB entry."),
        Attack.Claim("I-USE", Refuted(6),
            "It does not matter who touches the address: a local munmap lets no access go wrong.",
            "A thread on the wrong CPU touches the address once while it is mapped, and again after the frame has gone."),
        Attack.Claim("I-KERNEL", Refuted(7),
            "The bad things it can do, it can do to the application, not to the kernel.",
            "The frame is reused by kmalloc before the second touch; the next user of a frame can be anybody."),
        Signed.Claim("I-ENTRY", Refuted(6),
            "If the server is signed and checked when it is loaded, a local munmap leaves no stale TLB entry."),
        Signed.Claim("I-USE", Refuted(8),
            "If the server is signed and checked when it is loaded, a local munmap lets no access go wrong.",
            "The attack, after two steps that load the server and compromise it: a signature says what was loaded, not "
                + "what runs later."),
        SignedAndTrusted.Claim("I-USE", ProvedIf,
            "If the server does what it was signed to do for as long as it runs, a local munmap lets no access go wrong.",
            "A-TRUST does here what A-ONLY does elsewhere, and nobody enforces that one either."),
    ];
}
