using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Proofs.Objections.Objection;

namespace Verify.Proofs.Objections;

/// <summary>VM_LOCAL_CPU: whether a flush of one CPU is enough for an address that one thread uses.</summary>
public sealed class LocalFlush : ObjectionList
{
    private const string Harrosh = "Boaz Harrosh";
    private const string Wilcox = "Matthew Wilcox";
    private const string Rutland = "Mark Rutland";

    public override Source Mail => Mails.ToRutland;

    public override IEnumerable<Objection> Objections =>
    [
        Safe(Harrosh, "A VMA that one CPU uses needs no flush of the others.",
            "VL-OVERWRITE-x86:I-USE", "VL-OVERWRITE-x86:I-ENTRY", "VL-MARK:I-USE"),
        Unsafe(Wilcox, "An application that gets the kernel to set the flag can exploit the kernel.", "VL-ATTACK:I-KERNEL"),
        Safe(Harrosh, "Only the provider of the mapping sets the flag, and it can make sure that not even its server abuses it.",
            "VL-ATTACK:I-USE", "VL-SIGNED:I-USE"),
        Unsafe(Wilcox, "The translation gets into the TLB of every CPU that touches or prefetches the address.",
            "VL-OVERWRITE-x86:I-ENTRY", "VL-ATTACK:I-ENTRY"),
        Safe(Harrosh, "Only the pinned thread can access the address: it shares neither descriptor nor pointer.",
            "VL-BOAZ:I-USE"),
        Unsafe(Rutland, "TLBs fill without an access of software, so all TLBs have to be flushed, even if one thread uses the address.",
            "VL-MARK:I-ENTRY", "VL-BOAZ:I-ENTRY"),
        Unsafe(Rutland, "It is not enough that software never uses an address that it has not mapped: a later mapping at the same "
            + "address meets the old entry.", "VL-MARK:I-USE"),
        Safe(Harrosh, "The address is not handed out again: the thread keeps it for as long as it lives.",
            "VL-NOREUSE:I-USE", "VL-BOAZ:I-USE"),
        Safe(Harrosh, "A prefetched entry does no harm, as no thread uses the address before it is closed.",
            "VL-BOAZ:I-USE", "VL-BOAZ:I-SPEC"),
        Safe(Harrosh, "At close, and after a crash, everything is unmapped and flushed.", "VL-FULL:I-ENTRY", "VL-BOAZ-EMPTYZAP:I-USE"),
        Unsafe(Rutland, "The kernel may use the page for anything afterwards, page tables too.", "VL-ATTACK:I-KERNEL"),
        Unsafe(Rutland, "The flag is not safe while the mm is on several CPUs.", "VL-BOAZ:I-ENTRY", "VL-ATTACK:I-USE"),
        Safe(Rutland, "It is safe if the whole mm is on one CPU.", "VL-SVA-NONE:I-ENTRY", "VL-SVA:I-ENTRY"),
        Safe(Rutland, "Then the flag is not needed, as the mm has a mask of its CPUs.",
            "VL-1CPU-AFTER:I-ENTRY", "VL-1CPU-BEFORE:I-ENTRY"),
    ];
}
