using System.Collections.Immutable;
using Verify.Hardware;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Mechanisms;

/// <summary>mmu_gather: unhook the PTEs of a range, invalidate them on every CPU, then free the pages.</summary>
public sealed class MmuGather : ModelFamily
{
    /// <summary>The pages go first.</summary>
    public static readonly Fault FreeFirst = new("free-first", "the batch is freed before the TLBs are invalidated");

    private static readonly Anchor Gather = Anchor.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");
    private static readonly Anchor Order =
        new("struct mmu_gather", "include/asm-generic/tlb.h, 0758cd830494");

    /// <inheritdoc/>
    public override string Name => "mmu-gather";

    /// <inheritdoc/>
    public override string Summary => "munmap of a range by mmu_gather: unhook, invalidate, free, in that order";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may call munmap"),
        new("va", 2, 1, 4, "pages of the range"),
        new("frame", 2, 1, 4, "physical frames"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [FreeFirst];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "a batch that fills up, nested gathers, page tables that are freed, dirty pages and their accounting",
        "context switches: the mm stays loaded on every CPU",
        .. Architecture.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var machine = new Parts(m);
        m.Thread("munmap", machine.Cpu, repeats: true, (t, c) => Munmap(m, machine, t, c));
        machine.AddEnvironment(m);
    }

    private static void Munmap(ModelBuilder m, Parts machine, ThreadBuilder t, Expr c)
    {
        var batch = t.Local("batch", Sort.Map(machine.Va, Sort.Option(machine.Frame)), Fill(
            Sort.Map(machine.Va, Sort.Option(machine.Frame)), None));
        var isEmpty = ForAll(machine.Va, x => batch[x].IsNone);
        var architecture = machine.Architecture;

        void Unhook()
        {
            t.Step("ptep_get_and_clear", machine.Va, (s, x) => s
                .When((machine.Lock.IsNone | machine.Lock == c) & machine.Pages.Shared(x).HasValue)
                .Set(batch[x], machine.Pages.Shared(x).Value[machine.Translation.Frame])
                .Set(machine.Pages.Shared(x), None).Set(machine.Lock, c)
                .From(Anchor.Kernel("zap_pte_range", "mm/memory.c")));
            t.Goto("unhook");
        }

        void Invalidate()
        {
            if (architecture.Remote == RemoteInvalidation.Interrupt)
            {
                t.Step(architecture.LocalFlush, s => machine.Tlb.DropAll(s, c)
                    .When(machine.Lock == c).Shows().From(architecture.Source, Order));
            }

            t.Step(architecture.RemoteFlush, s => machine.Shootdown
                .Send(s, d => architecture.Remote == RemoteInvalidation.Broadcast ? true : d != c, None)
                .When(machine.Lock == c).Shows().From(Order));
            t.Wait("flush is complete", machine.Shootdown.IsComplete);
        }

        void Free(string then)
        {
            t.Label($"free, then {then}");
            t.Either(
                () =>
                {
                    t.Step("tlb_batch_pages_flush", machine.Va, (s, x) => machine
                        .Free(s.When(machine.Lock == c & batch[x].HasValue), batch[x].Value)
                        .Set(batch[x], None).Shows(batch[x]).From(Gather));
                    t.Goto($"free, then {then}");
                },
                () => t.Step(then, s => s
                    .When(machine.Lock == c & isEmpty)
                    .SetIf(then == Finish, machine.Lock, None)
                    .From(Gather)));
        }

        t.Label("unhook");
        if (m.Has(FreeFirst))
        {
            t.Either(Unhook, () =>
            {
                Free("pages are freed");
                Invalidate();
                t.Step(Finish, s => s.Set(machine.Lock, None).From(Gather));
            });
        }
        else
        {
            t.Either(Unhook, () =>
            {
                Invalidate();
                Free(Finish);
            });
        }
    }

    private const string Finish = "tlb_finish_mmu";

    private sealed class Parts
    {
        private readonly FrameAllocator allocator;
        private readonly Expr usedStale;
        private readonly Expr freedEarly;

        public Parts(ModelBuilder m)
        {
            Cpu = m.Processors("cpu", m.Size("cpu"));
            Va = m.ScalarSet("va", m.Size("va"), "p");
            Frame = m.ScalarSet("frame", m.Size("frame"), "f");
            Architecture = Architecture.Of(m);
            allocator = new FrameAllocator(m, Frame, Owner.Free);
            Translation = new Translation(m, Frame, hasPermissions: false);
            Pages = new PageTable(m, Cpu, Va, Translation);
            Tlb = new Tlb(m, Cpu, Va, Translation);
            Shootdown = new Shootdown(m, Cpu, Va, Architecture);
            Lock = m.Var("mmap_lock", Sort.Option(Cpu));
            allocator.Register(Pages);
            allocator.Register(Tlb);
            usedStale = m.Ghost("used_stale", Sort.Bool);
            freedEarly = m.Ghost("freed_early", Sort.Bool);
        }

        public Sort Cpu { get; }

        public Sort Va { get; }

        public Sort Frame { get; }

        public Architecture Architecture { get; }

        public Translation Translation { get; }

        public PageTable Pages { get; }

        public Tlb Tlb { get; }

        public Shootdown Shootdown { get; }

        /// <summary>mmap_lock, held for writing by a munmap; a page fault takes it for reading.</summary>
        public Expr Lock { get; }

        /// <summary>Adds to a step that a page is free, and notes whether some TLB still had it.</summary>
        public StepBuilder Free(StepBuilder s, Expr frame) =>
            allocator.Free(s, frame).SetIf(Tlb.Names(frame), freedEarly, true);

        public void AddEnvironment(ModelBuilder m)
        {
            m.Rule("do_anonymous_page", Cpu, Va, Frame, (s, c, x, f) => s
                .When(Lock.IsNone & Pages.Shared(x).IsNone & allocator.Owner[f] == Owner.Free)
                .Set(Pages.Shared(x), Translation.To(f)).Set(allocator.Owner[f], Owner.AppBuf))
                .From(Anchor.Kernel("do_anonymous_page", "mm/memory.c"));
            m.Rule("speculative walk", Cpu, Va, (s, c, x) => s
                .When(Tlb[c, x].IsNone & Pages.Shared(x).HasValue).Set(Tlb[c, x], Pages.Shared(x)))
                .From(Architecture.Source);
            m.Rule("load/store", Cpu, Va, (s, c, x) => s
                .When(Tlb[c, x].HasValue).SetIf(Translation.IsStale(Tlb[c, x]), usedStale, true));
            Shootdown.AddAnswers(m, _ => true, (s, d) => Tlb.DropAll(s, d));
            allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false);

            m.Always("I-FREE", !freedEarly,
                "a frame is freed only after every TLB that might hold it has been invalidated");
            m.Always("I-ENTRY", ForAll(Cpu, Va, (c, x) => !Translation.IsStale(Tlb[c, x])),
                "no TLB entry is from before the last free of its frame");
            m.Always("I-USE", !usedStale, "no architectural access goes through a stale translation");
            m.Reachable("a translation outlives its PTE",
                Exists(Cpu, Va, (c, x) => Tlb[c, x].HasValue & Pages.Shared(x).IsNone));
            m.Reachable("every CPU has a translation", ForAll(Cpu, c => Exists(Va, x => Tlb[c, x].HasValue)));
            m.NoDeadlock("no deadlock");
        }
    }
}
