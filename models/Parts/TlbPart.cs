using Verify.Language.Parts;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Parts;

internal static class TlbPart
{
    private static readonly Source Speculation = Source.Manual("Translations may be cached without an access",
        "Intel SDM 3A, 4.10.2.3; Arm ARM, G5.9.1; RISC-V privileged, SFENCE.VMA");

    public static HardwarePart Part { get; } = new("tlb", "the entries that each processor has cached, and the walker that fills them")
    {
        Parameters =
        [
            new("cpu", PartParameterKind.Sort, "processors"),
            new("va", PartParameterKind.Sort, "addresses"),
            new("promises", PartParameterKind.Flag, "system calls promise to remove entries: promise, keep_promises"),
        ],
        Needs = ["architecture", "page_table"],
        NotModelled = _ => ["TLB eviction: no step is forced to fill, so it adds no behaviour"],
        State = [("tlb[cpu, va]: translation?", "what each processor has cached")],
        Rules = [("speculative walk", "a processor caches an entry that it lacks, at any time")],
        Words =
        [
            new PartWord.Effect("invlpg", "c: cpu, x: va", "a processor drops its entry for an address",
                (use, s, of) => use.Get<Tlb>().Drop(s, of[0], of[1])) { Step = Local },
            new PartWord.Effect("flush_local", "c: cpu", "a processor drops all its entries, and cached upper levels",
                (use, s, of) => MmuOf(use).Invalidate(s, of[0], None)) { Step = Local },
            new PartWord.Effect("invalidate", "c: cpu, x: va?", "a processor drops its entry for an address, or everything for none",
                (use, s, of) => MmuOf(use).Invalidate(s, of[0], of[1])) { Step = Local },
            new PartWord.Effect("walk", "c: cpu, x: va", "a processor walks and caches what it finds",
                (use, s, of) => MmuOf(use).Walk(s, of[0], of[1])),
            new PartWord.Effect("store", "c: cpu, x: va",
                "with permissions: a store through the cached entry, or the PTE, which has to allow it and becomes dirty",
                (use, s, of) => MmuOf(use).Store(s, of[0], of[1])),
            new PartWord.Effect("outdate_writable", "x: va", "entries for an address that allow a store are stale",
                (use, s, of) => use.Get<Tlb>().OutdateWritable(s, of[0])),
            new PartWord.Effect("promise", "c: cpu, x: va",
                "with promises: a call on c promises that the present entries for an address are gone on return",
                (use, s, of) => use.Get<Tlb>().Owe(s, of[0], of[1])),
            new PartWord.Effect("keep_promises", "c: cpu",
                "with promises: the call returns; what it has promised to remove and is still there is stale",
                (use, s, of) => use.Get<Tlb>().ReturnFrom(s, of[0])),
            new PartWord.Value("is_cached", "f: frame", "some TLB entry leads to the frame", (use, of) => use.Get<Tlb>().Names(of[0])),
            new PartWord.Value("can_walk", "c: cpu, x: va", "a walk for an access can complete",
                (use, of) => MmuOf(use).CanWalk(of[0], of[1], isSpeculative: false)),
            new PartWord.Value("stores_at_once", "c: cpu, x: va",
                "with permissions: a store uses the cached entry and does not read the PTE",
                (use, of) => MmuOf(use).StoresAtOnce(of[0], of[1])),
        ],
        Declare = use =>
        {
            var tlb = use.Add(new Tlb(use.Model, use.Sort("cpu"), use.Sort("va"), use.Get<Translation>(), use.Has("promises")));
            use.Find<FrameAllocator>()?.Register(tlb);
        },
        AddRules = use => use.Model.Rule("speculative walk", use.Sort("cpu"), use.Sort("va"), (s, c, x) => MmuOf(use).Walk(s
            .When((use.Find<AddressSpaces>()?.IsWalkable(c) ?? true) & use.Get<Tlb>()[c, x].IsNone
                & MmuOf(use).CanWalk(c, x, isSpeculative: true)), c, x)).From(Speculation),
    };

    /// <summary>The walker of the parts that are used.</summary>
    internal static Mmu MmuOf(PartUse use) => use.Find<Mmu>() ?? use.Add(new Mmu(use.Model,
        use.Get<Architecture>(), use.Get<Translation>(), use.Get<PageTable>(), use.Get<Tlb>(), use.Find<PagingStructureCache>()));

    private static string Local(PartUse use) => use.Get<Architecture>().LocalFlush;
}
