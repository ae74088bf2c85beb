using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Proofs.Objections.Objection;

namespace Verify.Proofs.Objections;

/// <summary>VM_LOCAL_CPU: who can abuse a TLB entry that was left behind, and what a signature is worth.</summary>
public sealed class ServerThatIsCompromised : ObjectionList
{
    public override Source Mail => Mails.ToWilcox;

    public override IEnumerable<Objection> Objections =>
    [
        Safe("Boaz Harrosh", "To abuse the flag, a program has to be root and to act as a whole file server first.", "VL-ATTACK:I-USE"),
        Unsafe("Matthew Wilcox", "That program exists: it is enough to take over the server.", "VL-ATTACK:I-USE", "VL-SIGNED:I-USE"),
        Safe("Boaz Harrosh", "The server can harm the applications that it serves, not the kernel.", "VL-ATTACK:I-KERNEL"),
        Unsafe("Matthew Wilcox",
            "A TLB entry to a page allows almost anything: the page may be page cache, kernel data or a page table next.",
            "VL-ATTACK:I-KERNEL", "VL-ATTACK:I-USE"),
        Safe("Boaz Harrosh", "The server can be signed with the kernel's key and checked when it is loaded.", "VL-SIGNED:I-USE"),
    ];
}
