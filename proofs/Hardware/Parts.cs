using System.Runtime.CompilerServices;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Proofs.Hardware;

/// <summary>The guarantees of the parts that mechanisms are composed of.</summary>
public sealed class Parts : ClaimList
{
    private static readonly Source Global = Source.Manual("Global pages", "Intel SDM 3A, 4.10.2.4");
    private static readonly Source Cr3 = Source.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1");
    private static readonly Choices WithGlobalBit = Choices.Default.With(AddressSpaceTags.GlobalBit);

    public override IEnumerable<Claim> Claims =>
    [
        new Claim
        {
            Id = "GENERATIONS",
            Sentence = "A ghost bit that a free sets in every translation to the frame says the same as a counter of "
                + "the frame's generations.",
            Family = new Generations(),
            Choices = Choices.Default,
            Property = "AGREE",
            Expected = new Expectation.Proved(),
            Sources = [Source.Kernel("__free_pages", "mm/page_alloc.c", "v6.19")],
            Finding = "So the mechanisms count no generations, and their frames can be freed any number of times.",
            NotCovered = ["more than two frees of a frame, which only the counter cannot follow"],
        },
        Tags("HW-ASID:I-ASID", Choices.Default, "I-ASID", new Expectation.Proved(),
            "No access uses a TLB entry that carries the tag of another address space."),
        Tags("HW-ASID:I-ENTRY", Choices.Default, "I-ENTRY", new Expectation.Proved(),
            "On one CPU, a write to CR3 with a flush between the PTE write and the free leaves no stale entry."),
        Tags("HW-GLOBAL:I-ASID", WithGlobalBit, "I-ASID", new Expectation.Refuted(5),
            "No access uses a TLB entry of another address space, even if the mapping has the global bit."),
        Tags("HW-GLOBAL:I-ENTRY", WithGlobalBit, "I-ENTRY", new Expectation.Refuted(6),
            "A write to CR3 with a flush between the PTE write and the free leaves no stale entry, even if the mapping "
                + "has the global bit."),
    ];

    private static Claim Tags(string id, Choices choices, string property, Expectation expected, string sentence,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => new(file, line)
        {
            Id = id,
            Sentence = sentence,
            Family = new AddressSpaceTags(),
            Choices = choices,
            Property = property,
            Expected = expected,
            Sources = [Global, Cr3],
            NotCovered = ["other CPUs"],
        };
}
