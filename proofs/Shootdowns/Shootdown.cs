using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Shootdowns;

namespace Verify.Proofs.Shootdowns;

/// <summary>The shootdown in its smallest form, a benchmark that other checkers decide too.</summary>
public sealed class Shootdown : ClaimList
{
    public override IEnumerable<Claim> Claims =>
    [
        new Claim
        {
            Id = "TLB-SHOOTDOWN",
            Sentence = "If every CPU drops its entry between the zap and the free, no TLB entry names a frame "
                + "that is not the user's.",
            Family = new TlbShootdown(),
            Choices = Choices.Default,
            Property = "I-ENTRY",
            Expected = new Expectation.Proved(),
            Sources =
            [
                Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583"),
                Source.Kernel("flush_tlb_func", "arch/x86/mm/tlb.c", "016c4d92cd16"),
            ],
            Finding = "The same model in Promela, Murphi and TLA+ has the same 4,533,716 states.",
        },
        new Claim
        {
            Id = "TLB-SHOOTDOWN/buggy",
            Sentence = "It is enough that the CPU that unmaps drops its own entry.",
            Family = new TlbShootdown(),
            Choices = Choices.Default.With(TlbShootdown.LocalOnly).Size("cpu", 2).Size("page", 2).Size("frame", 2),
            Property = "I-ENTRY",
            Expected = new Expectation.Refuted(5),
            Sources = [Source.Kernel("flush_tlb_func", "arch/x86/mm/tlb.c", "016c4d92cd16")],
        },
    ];
}
