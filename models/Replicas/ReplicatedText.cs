using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>
/// Kernel text with a copy for each node, and a patch of one instruction while all CPUs may execute it.
/// </summary>
/// <remarks>
/// A CPU executes what it has fetched from the copy of its node, and keeps it until it is made to fetch again. On x86 the
/// first byte and the rest are written, and can be fetched, apart; on arm64 an instruction is a word.
/// </remarks>
public sealed class ReplicatedText() : ModelFamily("replicated-text",
    "Kernel text with a copy for each node: a patch has to reach every copy, and every CPU that has fetched one",
    new SizeParameter("cpu", 2, 1, 6, "nodes, each with a CPU and a copy of the text"))
{
    /// <summary>x86, with a breakpoint in the first byte.</summary>
    public static readonly Profile X86 = new("x86", "smp_text_poke_batch_finish(): a breakpoint first, then the rest, then the first byte");

    /// <summary>Arm, with an instruction in one word.</summary>
    public static readonly Profile Arm64 = new("arm64",
        "aarch64_insn_patch_text_nosync(): one store of a word; its caller then makes all CPUs fetch again");

    /// <summary>One copy is patched.</summary>
    public static readonly Fault OneNode = new("one-node", "each write goes to the copy of one node only, as where text is not replicated");

    /// <summary>The breakpoint is written to one copy.</summary>
    public static readonly Fault TrapOneNode = new("trap-one-node",
        "on x86: the breakpoint is written to the copy of one node, the rest to all");

    /// <summary>The other CPUs are not synchronised.</summary>
    public static readonly Fault NoSync = new("no-sync", "the other CPUs are not made to fetch again");

    /// <summary>The series that replicate the text of a kernel.</summary>
    public static ImmutableArray<Source> Series { get; } = [TextCode.PokeAllX86, TextCode.PatchAllArm64];

    public override ImmutableArray<Profile> Profiles => [X86, Arm64];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "the write itself, which goes through a temporary mm (temporary-mm) or a fixmap slot, one copy at a time",
        "data caches: a fetch sees each store to its copy at once",
        "a jump into the middle of the instruction; a second patch; text of modules",
        "a CPU that fetches the rest of an instruction before its first byte",
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(TrapOneNode, m.Is(X86), "it needs the profile 'x86'", $"add --profile {X86.Name}");
        m.Demand(TrapOneNode, !m.Has(OneNode), "it does not go with 'one-node'");
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var first = m.Map("text_first", cpu, Sort.Enum<FirstByte>());
        var rest = m.Map("text_rest", cpu, Sort.Enum<Rest>());
        var hasFirst = m.Map("fetched_first", cpu, Sort.Option(Sort.Enum<FirstByte>()));
        var hasRest = m.Map("fetched_rest", cpu, Sort.Option(Sort.Enum<Rest>()));
        var syncs = m.Map("sync_core", cpu, Sort.Bool);
        StepBuilder Refetch(StepBuilder s, Expr c) => s.Set(hasFirst[c], None).Set(hasRest[c], None);
        if (m.Is(Arm64))
        {
            m.Rule("fetch", cpu, (s, c) => s.When(hasFirst[c].IsNone).Set(hasFirst[c], first[c]).Set(hasRest[c], rest[c]));
        }
        else
        {
            m.Rule("fetch (first byte)", cpu, (s, c) => s.When(hasFirst[c].IsNone).Set(hasFirst[c], first[c]));
            m.Rule("fetch (rest)", cpu, (s, c) => s
                .When(hasFirst[c].HasValue & hasFirst[c] != FirstByte.Breakpoint & hasRest[c].IsNone).Set(hasRest[c], rest[c]));
            m.Rule("exc_int3", cpu, (s, c) => Refetch(s.When(hasFirst[c] == FirstByte.Breakpoint), c)).From(TextCode.Breakpoint);
        }

        m.Rule("jump", cpu, (s, c) => Refetch(s.When(hasFirst[c].HasValue), c));
        if (!m.Has(NoSync))
        {
            m.Rule("do_sync_core", cpu, (s, c) => Refetch(s.When(syncs[c]).Set(syncs[c], false), c)).Fair().From(TextCode.Sync);
        }

        var patch = new TextPatch(m, cpu, first, rest, syncs).Describe();
        var isDone = patch.At("done");
        m.Always("I-TEXT", ForAll(cpu, c => hasRest[c].HasValue.Implies((hasFirst[c] == FirstByte.New) == (hasRest[c] == Rest.New))),
            "no CPU executes an instruction that is half old and half new");
        m.Always("I-COH", isDone.Implies(ForAll(cpu, c => first[c] == FirstByte.New & rest[c] == Rest.New
            & (hasFirst[c].HasValue.Implies(hasFirst[c] == FirstByte.New)))),
            "once the patch is over, no CPU executes the old instruction, or a breakpoint");
        m.LeadsTo("L-PROG", !isDone, isDone, "the patch ends");
        m.Reachable("the patch returns", isDone);
        m.Reachable("a CPU has fetched the old instruction", Exists(cpu, c => hasRest[c] == Rest.Old));
        m.Reachable("a CPU has fetched the new instruction", Exists(cpu, c => hasRest[c] == Rest.New));
    }
}

/// <summary>The first byte of an instruction; on arm64, of a word that changes at once.</summary>
internal enum FirstByte
{
    /// <summary>Of the old instruction.</summary>
    Old,

    /// <summary>INT3, whose handler does what the new instruction will do.</summary>
    Breakpoint,

    /// <summary>Of the new instruction.</summary>
    New,
}

/// <summary>The other bytes of an instruction.</summary>
internal enum Rest
{
    /// <summary>Of the old instruction.</summary>
    Old,

    /// <summary>Of the new instruction.</summary>
    New,
}
