using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>
/// Writes to read-only kernel data through the kernel's own page table: by a second mapping for each write, or by
/// making the first mapping writable during the write.
/// </summary>
public sealed class KernelAlias() : ModelFamily("kernel-alias",
    "Writes to protected kernel data through the page table that all CPUs share: a vmap alias, or the protection flipped",
    new("cpu", 2, 1, 4, "processors"),
    new("va", 1, 1, 3, "addresses of the vmalloc area"),
    new("frame", 2, 1, 3, "frames of protected data"))
{
    /// <summary>A second mapping for each write.</summary>
    public static readonly Profile Vmap = new("vmap", "vmap() makes a writable alias in the vmalloc area, vunmap() removes it");

    /// <summary>The mapping is made writable for the write.</summary>
    public static readonly Profile Flip = new("set-memory", "set_memory_rw() before the write, set_memory_ro() behind it");

    /// <summary>vunmap flushes before it returns.</summary>
    public static readonly Fault FlushNow = new("flush-now",
        "with the profile 'vmap': vunmap() flushes all CPUs before it returns, in place of a purge later on");

    /// <summary>Interrupts stay on during the write.</summary>
    public static readonly Fault InterruptsOn = new("interrupts-on",
        "with the profile 'vmap': interrupts are on from vmap() to vunmap()");

    /// <summary>Only the own CPU is flushed.</summary>
    public static readonly Fault LocalFlush = new("local-flush",
        "set_memory_ro(), or vunmap() with 'flush-now', flushes the calling CPU only", Mails.Lutomirski);

    /// <summary>No kernel code makes stray stores.</summary>
    public static readonly Assumption NoWild = new("A-NOWILD",
        "no kernel code stores where it should not", "no component; otherwise no protection would be needed");

    public override ImmutableArray<Profile> Profiles => [Vmap, Flip];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "the threshold at which lazily unmapped addresses are purged: it may be at any time",
        "other users of the vmalloc area; splitting of large pages (see rare-alloc)",
        .. Architecture.X86.NotModelledHere,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var isVmap = m.Is(Vmap);
        m.Demand(FlushNow, isVmap, "it needs the profile 'vmap'", $"add --profile {Vmap.Name}");
        m.Demand(InterruptsOn, isVmap, "it needs the profile 'vmap'", $"add --profile {Vmap.Name}");
        m.Demand(LocalFlush, !isVmap || m.Has(FlushNow), "with the profile 'vmap' it needs 'flush-now'",
            $"add --fault {FlushNow.Name}");

        var cpu = m.Processors("cpu", m.Size("cpu"));
        var frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var va = isVmap ? m.ScalarSet("va", m.Size("va"), "v") : frame;
        var mapping = new KernelMapping(m, cpu, va, frame, Architecture.X86, disablesInterrupts: isVmap && !m.Has(InterruptsOn))
        {
            HasOneThread = m.Has(FlushNow),
        };
        var writing = m.Map("writing", cpu, Sort.Option(frame));
        var at = m.Map("writing_at", cpu, Sort.Option(va));
        var slept = m.Ghost("slept_with_irqs_off", Sort.Bool);

        if (isVmap)
        {
            new VmapWriter(m, mapping, writing, at, slept).Describe();
        }
        else
        {
            new FlippingWriter(m, mapping, writing, at).Describe();
        }

        mapping.AddEnvironment(m);
        if (!m.Assumes(NoWild))
        {
            m.Rule("stray store", cpu, va, (s, c, x) => mapping.StoreAstray(s.When(writing[c].IsNone), c, x, true));
            m.Rule("interrupt: stray store", cpu, va, (s, c, x) => mapping
                .StoreAstray(s.When(writing[c].HasValue & !mapping.HasInterruptsOff(c)), c, x, true));
        }

        m.Always("I-RO", !mapping.Changed, "protected data changes only by the write that is meant for it");
        m.Always("I-WALIAS", ForAll(cpu, va, (c, x) => mapping.Reaches(c, x).Implies(at[c] == x)),
            "no CPU but the writer's can store to protected data, nor can it store to other data");
        m.Always("I-WALIAS-AFTER",
            ForAll(cpu, c => writing[c].IsNone).Implies(ForAll(cpu, va, (c, x) => !mapping.Reaches(c, x))),
            "no CPU can store to protected data outside of a write");
        m.Always("I-CTX", !mapping.Failed, "the writer's own store does not fault");
        if (isVmap)
        {
            m.Always("I-ATOMIC", !slept, "nothing that may sleep is called with interrupts off");
        }

        m.NoDeadlock("no deadlock");
    }
}
