using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.FilePages;

/// <summary>A write to one file of a shared page breaks the protection, while others map the file.</summary>
public sealed class Breaks : ClaimList
{
    private static readonly Source Order = new("Lock ordering", "mm/filemap.c, v6.19");
    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices WalkFirst = Plain.With(FileKsm.WalkFirst);
    private static readonly Choices Slot = Plain.With(FileKsm.RecheckSlot);
    private static readonly Choices Lock = Plain.With(FileKsm.InvalidateLock);

    private static readonly FileInstance Alias = Of("FK-PAGELOCK-ALIAS", Plain);
    private static readonly FileInstance Wide = Of("FK-PAGELOCK-ALIAS-WIDE", Plain.Size("cpu", 3).Size("frame", 4));
    private static readonly FileInstance AliasWalkFirst = Of("FK-PAGELOCK-ALIAS-WALKFIRST", WalkFirst);
    private static readonly FileInstance PteOnly = Of("FK-PTEONLY", Plain.With(FileKsm.PteOnly));
    private static readonly FileInstance Spawn = Of("FK-SPAWN", WalkFirst.With(FileKsm.NoRecheck));
    private static readonly FileInstance PageLock = Of("FK-PAGELOCK", Plain.With(FileKsm.MappingCheck));
    private static readonly FileInstance SlotFirst = Of("FK-SLOTFIRST", Slot);
    private static readonly FileInstance NoRecheck = Of("FK-SLOTFIRST-NORECHECK", Plain.With(FileKsm.NoRecheck));
    private static readonly FileInstance Inval = Of("FK-INVAL", Lock);
    private static readonly FileInstance InvalWalkFirst = Of("FK-INVAL-WALKFIRST", Lock.With(FileKsm.WalkFirst));
    private static readonly FileInstance InvalOrder = Of("FK-INVAL-ORDER", Lock.With(FileKsm.FolioFirst), Order);
    private static readonly FileInstance NoWait = Of("FK-SLOTFIRST-NOWAIT", Slot.With(FileKsm.NoWait));
    private static readonly FileInstance SlotWalkFirst = Of("FK-WALKFIRST", Slot.With(FileKsm.WalkFirst));

    public override IEnumerable<Claim> Claims =>
    [
        Alias.Claim("I-COH", Proved,
            "A break is coherent if it holds the page lock, and a fault looks under that lock whether its file is in the list of "
                + "aliases."),
        Alias.Claim("I-ISO", Proved,
            "With page lock and list of aliases, a write to one file does not change another one that shared the page."),
        Alias.Claim("L-PROG", Proved,
            "With page lock and list of aliases, processes that fault and break do not wait for each other for good."),
        Alias.Claim("I-LOCK", Proved,
            "A break gives back the folio lock, whether or not the file is still in the list of aliases."),
        Wide.Claim("I-COH", Proved,
            "With page lock and list of aliases, a break is coherent among three processes as well, two of which write."),
        Wide.Claim("I-ISO", Proved,
            "With page lock and list of aliases, no write changes another file, among three processes as well."),
        AliasWalkFirst.Claim("I-COH", Proved,
            "With page lock and list of aliases, the mappings may be walked before the slot is replaced."),
        PteOnly.Claim("I-COH", Refuted(17),
            "A break may change the PTE of the writer only, as for an anonymous page.",
            "The mapping is shared: another process that maps the file goes on reading the old page."),
        Spawn.Claim("I-COH", Refuted(19),
            "It is enough to walk the reverse mapping and to clear what maps the page.",
            "A process that the walk has passed, or that maps the file after it, faults the old page in again; nothing looks at the "
                + "slot once more. Seven steps are the race itself, the others set it up and write."),
        PageLock.Claim("I-COH", Refuted(20),
            "It is enough to lock the page, as a fault checks page->mapping under that lock.",
            "page->mapping of a protected page leads to the list of aliases and does not name a file: the check cannot see that the "
                + "file has left the page."),
        SlotFirst.Claim("I-COH", Proved,
            "Without the page lock, a fault is coherent if it compares the slot under the page-table lock, the slot is replaced before "
                + "the walk, and the writer waits for the walk."),
        SlotFirst.Claim("I-ISO", Proved,
            "If a fault compares the slot under the page-table lock, a write to one file does not change another one."),
        NoRecheck.Claim("I-COH", Refuted(20),
            "If the slot is replaced before the walk, a fault need not look again.",
            "It has looked the old page up before, and installs it after the walk has passed."),
        Inval.Claim("I-COH", Proved,
            "A break is coherent if it holds invalidate_lock for writing, and a fault for reading from the lookup to the PTE.",
            "A fault on a cached page does not take that lock today (filemap_fault); a fault on a DAX file does."),
        Inval.Claim("L-PROG", Proved,
            "With invalidate_lock, processes that fault and break do not wait for each other for good."),
        Inval.Claim("I-DEADLOCK", Proved,
            "Breaks and faults that take invalidate_lock before they lock the folio never block each other."),
        InvalOrder.Claim("I-DEADLOCK", Refuted(9),
            "A break may take invalidate_lock under the folio lock.",
            "A fault holds invalidate_lock for reading and waits for the folio; the break holds the folio and waits for the lock."),
        InvalWalkFirst.Claim("I-COH", Proved,
            "With invalidate_lock, the mappings may be walked before the slot is replaced."),
        NoWait.Claim("I-COH", Refuted(14),
            "The writer may go on once the slot is replaced, and the walk may end later.",
            "Until then another process reads the old page: there are two versions at once."),
        SlotWalkFirst.Claim("I-COH", Refuted(19),
            "If a fault compares the slot, the mappings may be walked before the slot is replaced.",
            "Between the walk and the change of the slot, a fault finds the old page there and is right."),
    ];

    internal static FileInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, choices, [Mails.Proposal, .. sources]);
}

/// <summary>An instance of the protected pages of files.</summary>
internal sealed record FileInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
    : InstanceClaims(Id, new FileKsm(), Choices, Sources);
