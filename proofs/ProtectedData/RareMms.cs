using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.ProtectedData;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ProtectedData;

/// <summary>rare_mm: a permanent writable alias in an address space that is loaded only for a write.</summary>
public sealed class RareMms : ClaimList
{
    private static readonly Choices Plain = Choices.Default.With(TemporaryMm.RareMm).Size("frame", 1);
    private static readonly Choices Wide = Plain.Size("frame", 2);
    private static readonly Choices Pointer = Plain.With(TemporaryMm.ModifyPointer);
    private static readonly Choices Leaking = Wide.With(TemporaryMm.ModifyPointer, TemporaryMm.AtomicBody).Assume(TemporaryMm.NoLeak);

    private static readonly RareInstance Base = Of("RW-RAREMM", Plain);
    private static readonly RareInstance BaseWide = Of("RW-RAREMM-WIDE", Wide);
    private static readonly RareInstance Global = Of("RW-RAREMM-POSTED", Plain.With(TemporaryMm.GlobalAlias));
    private static readonly RareInstance GlobalTrusted = Of("RW-RAREMM-POSTED-NOWILD",
        Plain.With(TemporaryMm.GlobalAlias).Assume(TemporaryMm.NoWild));
    private static readonly RareInstance Lazy = Of("RW-RAREMM-LAZY", Plain.With(TemporaryMm.StayLazy));
    private static readonly RareInstance KernelHalf = Of("RW-RAREMM-KHALF", Plain.With(TemporaryMm.KernelHalf));
    private static readonly RareInstance Api = Of("RW-WILLY-API", Pointer.Assume(TemporaryMm.NoLeak), Mails.Wilcox);
    private static readonly RareInstance NoSleep = Of("RW-WILLY-API-NOSLEEP", Leaking.Size("cpu", 1), Mails.Wilcox);
    private static readonly RareInstance NoSleepWide = Of("RW-WILLY-API-NOSLEEP-WIDE", Leaking, Mails.Wilcox);
    private static readonly RareInstance Call = Of("RW-WRITE-CALL", Wide.Size("cpu", 1), Mails.MemcpyApi);
    private static readonly RareInstance Copy = Of("RW-WRITE-COPY", Wide.With(TemporaryMm.WriteCopy).Size("cpu", 1));
    private static readonly RareInstance CopyWide = Of("RW-WRITE-COPY-WIDE", Wide.With(TemporaryMm.WriteCopy));
    private static readonly RareInstance Unprotected = Of("RW-UNPROTECTED", Plain.With(TemporaryMm.Unprotected));
    private static readonly RareInstance NoWild = Of("RW-UNPROTECTED-NOWILD",
        Plain.With(TemporaryMm.Unprotected).Assume(TemporaryMm.NoWild));

    public override IEnumerable<Claim> Claims =>
    [
        Base.Claim("I-RO", Proved,
            "With a permanent alias in rare_mm, any CPUs may write at a time without a lock or a flush, and protected data "
                + "changes by these writes only."),
        Base.Claim("I-WALIAS", Proved,
            "The permanent alias is reached by a CPU that has rare_mm loaded for a write, and by nobody else.",
            "No PTE ever changes, so there is nothing to flush: what protects is that rare_mm is not loaded."),
        Base.Claim("I-CTX", Proved,
            "With rare_mm, the writer stores to the alias, NMI handlers read the user's memory, and no watchpoint goes off."),
        BaseWide.Claim("I-RO", Proved,
            "Over several pages as well, protected data changes only by a write that is meant for it."),
        BaseWide.Claim("I-WALIAS", Proved,
            "Over several pages as well, nobody reaches the alias outside of a write."),
        Global.Claim("I-WALIAS", Refuted(13),
            "The alias may be made with PAGE_KERNEL, as in the patches that were posted.",
            "PAGE_KERNEL has the global bit, unless page-table isolation takes it away. The entry outlives the write, in every "
                + "address space of that CPU, at a user address. text_poke() masks the bit."),
        Global.Claim("I-RO", Refuted(17),
            "The alias may be made with PAGE_KERNEL, as long as only stores count."),
        GlobalTrusted.Claim("I-RO", Refuted(18),
            "An alias made with PAGE_KERNEL does no harm if no kernel code stores where it should not.",
            "copy_to_user() to a page that the process has mapped there writes protected data."),
        Lazy.Claim("I-WALIAS", Refuted(11),
            "rare_mm may stay loaded after the write, lazily, until the next context switch.",
            "Whatever runs on the CPU until then has the alias."),
        Lazy.Claim("I-RO", Refuted(12),
            "rare_mm may stay loaded after the write, lazily, as long as only stores count."),
        KernelHalf.Claim("I-WALIAS", Refuted(1),
            "The alias may be in the kernel half of rare_mm.",
            "All address spaces share the top-level entries of the kernel half: each has the alias. Hence \"extra mappings in the "
                + "user region\"."),
        Api.Claim("I-CTX", Refuted(11),
            "rare_modify() may hand out a writable pointer that is good until rare_protect(), whatever runs in between.",
            "The thread sleeps or is preempted, comes back in its own mm, and stores through the pointer to the user's page."),
        Api.Claim("I-WALIAS", Refuted(8),
            "Between rare_modify() and rare_protect() nobody but the caller reaches the alias."),
        NoSleep.Claim("I-RO", ProvedIf,
            "rare_modify() and rare_protect() change only what they are meant to change, if nothing sleeps in between and nobody "
                + "keeps the pointer.",
            "A pointer that was kept is good again in every later window: the whole region is writable there."),
        NoSleep.Claim("I-CTX", ProvedIf,
            "With rare_modify() and rare_protect() nobody is in a wrong address space, if nothing sleeps in between and nobody "
                + "keeps the pointer.",
            "Outside of a window the pointer that was kept is one to the user's page."),
        NoSleepWide.Claim("I-RO", ProvedIf,
            "On several CPUs as well, rare_modify() and rare_protect() change only what they are meant to change."),
        Call.Claim("I-RO", Proved,
            "rare_write(), one call that does the store, changes only what it is meant to change, without a condition on callers.",
            "There is no pointer to keep, and nothing of the caller's runs in the window."),
        Call.Claim("L-END", Proved,
            "A rare_write() that has begun ends."),
        Copy.Claim("I-RO", Proved,
            "rare_write_copy(), which writes several pages in one call, changes only what it is meant to change."),
        CopyWide.Claim("I-RO", Proved,
            "On several CPUs as well, rare_write_copy() changes only what it is meant to change."),
        Unprotected.Claim("I-RO", Refuted(1),
            "The data need not be protected."),
        NoWild.Claim("I-RO", Proved,
            "The data need not be protected if no kernel code stores where it should not.",
            "Without the attacker nothing goes wrong without protection either: I-RO of an instance with A-NOWILD says nothing "
                + "for it. No claim of safety here assumes A-NOWILD."),
    ];

    private static RareInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, choices, [Mails.Lutomirski, Mails.PermanentAlias, .. sources]);

    private sealed record RareInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
        : InstanceClaims(Id, new TemporaryMm(), Choices, Sources);
}
