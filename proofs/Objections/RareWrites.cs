using Verify.Modelling;
using Verify.Models.ProtectedData;
using static Verify.Proofs.Objections.Objection;

namespace Verify.Proofs.Objections;

/// <summary>prmem: how protected kernel data is written to, and what it costs to protect more of it.</summary>
public sealed class RareWrites : ObjectionList
{
    private const string Lutomirski = "Andy Lutomirski";
    private const string Wilcox = "Matthew Wilcox";

    public override Source Mail => Mails.Lutomirski;

    public override IEnumerable<Objection> Objections =>
    [
        Safe(Lutomirski, "An mm of its own for these writes is a sane way to do them.", "RW-RAREMM:I-RO", "RW-RAREMM:I-WALIAS"),
        Unsafe(Lutomirski, "A second mapping of the data, or a flip of its protection, is not a sane way.",
            "RW-VMAP:I-WALIAS", "RW-FLIP:I-WALIAS"),
        Unsafe(Lutomirski, "The extra mappings must not be in the half that all address spaces share.", "RW-RAREMM-KHALF:I-WALIAS"),
        Safe(Wilcox, "A call can hand out a writable pointer, and another one takes it back.",
            "RW-WILLY-API:I-CTX", "RW-WILLY-API:I-WALIAS", "RW-WILLY-API-NOSLEEP:I-RO"),
        Safe(Lutomirski, "One call that does the store, or the copy, avoids a lot of trouble.",
            "RW-WRITE-CALL:I-RO", "RW-WRITE-COPY:I-RO"),
        Unsafe(Lutomirski, "Code that has a special mm loaded must not be preempted.",
            "RW-POKE-PREEMPT:I-CTX", "RW-POKE-PREEMPT:I-WALIAS"),
        Unsafe(Lutomirski, "It takes more than that to load a special mm.",
            "RW-POKE-NMI:I-CTX", "RW-POKE-BP:I-CTX", "RW-POKE-RAWCR3:I-ENTRY", "RW-POKE-GLOBAL:I-WALIAS", "RW-POKE-NOBUMP:I-WALIAS"),
        Safe(Lutomirski, "Nadav Amit's series takes care of it.", "RW-POKE:I-RO", "RW-POKE:I-WALIAS", "RW-POKE:I-CTX"),
        Safe(Lutomirski, "Data that is allocated statically comes first, and needs none of what follows.", "RW-RAREMM-WIDE:I-RO"),
        Unsafe(Lutomirski, "rare_alloc() has to interrupt all CPUs when it takes the page out of the direct map.",
            "RW-ALLOC-NOIPI:I-RO", "RW-ALLOC-DEFER:I-RO"),
        Unsafe(Lutomirski, "Exclusive ownership of page frames cannot do without that either.",
            "XP-V7:I-XPFO-CLOSED", "XP-V9:I-XPFO-CLOSED", "XP-ENTRY:I-RET2DIR"),
    ];
}
