using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class AddressSpacesPart
{
    private static readonly ImmutableArray<(string Name, SwitchRules Rules)> Versions =
        [("linux-6.18", SwitchRules.Linux618), ("linux-4.20", SwitchRules.Linux420), ("linux-4.19", SwitchRules.Linux419)];

    public static HardwarePart Part { get; } = new("address_spaces",
        "context switches of Linux on x86: mm_cpumask, tlb_gen, lazy TLB mode; for flushes that are one at a time")
    {
        Parameters =
        [
            new("cpu", PartParameterKind.Sort, "processors"),
            new("generations", PartParameterKind.Number, "the most flushes; the environment stops then"),
            new("code", PartParameterKind.Choice, "the version of switch_mm_irqs_off") { Choices = [.. Versions.Select(one => one.Name)] },
            new("loaded", PartParameterKind.Flag, "every processor has the address space loaded at the start, and keeps it"),
        ],
        Needs = ["tlb"],
        State =
        [
            ("mm_cpumask[cpu]: bool", "the processors that may have translations"),
            ("tlb_gen: 0..generations", "the number of flushes so far"),
            ("LoadedMm", $"an enum: {string.Join(", ", Enum.GetNames<LoadedMm>())}"),
            ("loaded_mm[cpu]: LoadedMm", "what each processor has loaded, as others see it"),
            ("cr3[cpu]: LoadedMm", "what it has loaded"),
            ("is_lazy[cpu]: bool", "it runs no thread of the address space that it has loaded"),
            ("irqs_off[cpu]: bool", "it takes no interrupt"),
            ("preempt_off[cpu]: bool", "its thread is not preempted"),
            ("ctx.tlb_gen[cpu]: (0..generations)?", "the generation that it has flushed up to"),
            ("compared[cpu]: bool", "a ghost, since linux-4.20: a switch under way has compared generations"),
        ],
        Rules = [("execve, and the thread switch", "the process starts; switches, and lazy TLB mode, in the order of the code")],
        Words =
        [
            new PartWord.Value("runs", "c: cpu", "a processor runs a thread of the address space",
                (use, of) => use.Get<AddressSpaces>().Runs(of[0])),
            new PartWord.Value("can_run", "c: cpu", "it does, and the thread can take a step of its own",
                (use, of) => use.Get<AddressSpaces>().CanRunThread(of[0])),
            new PartWord.Value("can_still_use", "c: cpu", "a thread can use what is cached without a comparison of generations first",
                (use, of) => use.Get<AddressSpaces>().CanStillUse(of[0])),
            new PartWord.Value("has_generations_left", "", "one more flush is possible",
                (use, _) => use.Get<AddressSpaces>().HasGenerationsLeft),
            new PartWord.Effect("inc_mm_tlb_gen", "c: cpu", "the generation increases, and the thread is not preempted from here on",
                (use, s, of) => use.Get<AddressSpaces>().Bump(s, of[0])),
            new PartWord.Effect("flush_up_to_date", "c: cpu, x: va?", "a processor flushes as far as the generation requires",
                (use, s, of) => use.Get<AddressSpaces>().Flush(s, of[0], of[1])) { Step = use => use.Get<Architecture>().LocalFlush },
            new PartWord.Effect("preempt_enable", "c: cpu", "the thread may be preempted again",
                (use, s, of) => use.Get<AddressSpaces>().EnablePreemption(s, of[0])),
        ],
        Declare = use =>
        {
            var name = use.Choices.GetValueOrDefault("code", Versions[0].Name);
            use.Add(new AddressSpaces(use.Model, use.Sort("cpu"), use.Get<Tlb>(), use.Numbers.GetValueOrDefault("generations", 1),
                rules: Versions.First(one => one.Name == name).Rules, upper: use.Find<PagingStructureCache>(),
                isLoaded: use.Has("loaded")));
            use.Declare("LoadedMm", Sort.Enum<LoadedMm>());
        },
        AddRules = use =>
        {
            if (!use.Has("loaded"))
            {
                use.Get<AddressSpaces>().AddScheduler(use.Model);
            }
        },
    };
}
