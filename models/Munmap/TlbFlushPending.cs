using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// mm->tlb_flush_pending: an operation that finds a page without access permission, and replaces it by another page,
/// checks whether the flush is still pending.
/// </summary>
/// <remarks>
/// One thread revokes the access and flushes later. The other reads the content of the page at one moment, by a copy or
/// a comparison, and then maps another page at the address. A store in between is lost.
/// </remarks>
public sealed class TlbFlushPending() : ModelFamily("tlb-flush-pending",
    "Scanners take away access to pages and flush later; who moves such a page asks whether the flush is still to come",
    new("cpu", 2, 1, 4, "processors, each of which may scan or move a page"),
    new("va", 1, 1, 4, "pages of the process"),
    new("frame", 2, 2, 4, "physical frames, to move between"))
{
    /// <summary>A flag in place of a counter.</summary>
    public static readonly Fault Flag = new("flag",
        "tlb_flush_pending is a flag, as before 4.13: the first to finish clears it for all",
        new Source("mm: migrate: prevent racy access to tlb_flush_pending", "16af97dc5a89"));

    /// <summary>The check is omitted.</summary>
    public static readonly Fault NeverAsked = new("never-asked",
        "who finds the PTE changed takes it that it was flushed as well");

    /// <summary>Huge pages, in 4.13.</summary>
    public static readonly Feature HugePage = new("huge-page",
        "a NUMA fault migrates a huge page, as in 4.13, and flushes again before it frees the old one",
        PageCopier.HugeFault);

    /// <summary>userfaultfd.</summary>
    public static readonly Feature WriteFault = new("uffd-wp",
        "userfaultfd takes write access away, and a write fault copies the page", PageCopier.WriteFault);

    /// <summary>ksmd.</summary>
    public static readonly Feature Merge = new("ksm",
        "write access is taken away, and ksmd merges the page with an equal one", PageCopier.Protect);

    private static readonly Source Scan = Source.Kernel("change_prot_numa", "mm/mempolicy.c", "v6.19");
    private static readonly Source Change = Source.Kernel("change_pte_range", "mm/mprotect.c", "v6.19");
    private static readonly Source Finish = Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "v6.19");
    private static readonly Source OldScan = Source.Kernel("change_protection_range", "mm/mprotect.c", "v4.13.4");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "pinned pages; pages that are unmapped or made accessible while they are moved",
        Limit.With("with 'uffd-wp' and 'ksm', read access: a PTE or a TLB entry is one that allows a store", WriteFault, Merge),
        Limit.With("with 'ksm', what is flushed without asking: PTEs that are dirty, and those of exclusive pages; the merged "
            + "page", Merge),
        "without a fault, the flush that reclaim and migration put off: try_to_migrate_one flushes at once",
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        if (new[] { HugePage, WriteFault, Merge }.Count(m.Has) > 1)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "only one of 'huge-page', 'uffd-wp' and 'ksm'");
        }

        m.Demand(Flag, !m.Has(WriteFault) && !m.Has(Merge), "it goes neither with 'uffd-wp' nor with 'ksm', which are of later kernels");
        var process = new Process(m, Architecture.Of(m), Owner.Free, Needs.ConcurrentFlushes);
        var pending = new FlushPending(m, m.Size("cpu"), m.Has(Flag));
        var copier = new PageCopier(m, process, pending);
        var isOld = m.Has(HugePage) || m.Has(Flag);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => ScanRange(process, pending, copier, t, c, isOld),
            () => copier.Program(t, c)));
        process.AddPageFaults(m, (_, x) => copier.Protected[x].IsNone & !copier.Locked[x]);
        process.AddEnvironment(m, stored: (s, c, x) => copier.NoteStore(s, c, x));
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        process.AddLeak(m, copier.IsHeld);
        process.AddPteOwner(m, Owner.AppBuf);
        m.Always("I-LOST", !copier.Lost, "no store to a page is lost when another page takes its place");
        m.Reachable("a flush is pending while a page is moved", Exists(process.Va, x => copier.Locked[x]) & pending.IsPending);
        if (!m.Has(Flag))
        {
            m.Reachable("two scans overlap", pending.IsNested);
        }
    }

    private static void ScanRange(
        Process process, FlushPending pending, PageCopier copier, ThreadBuilder t, Expr c, bool isOld)
    {
        var address = t.Local("address", process.Va);
        var (scan, change, finish) = isOld ? (OldScan, OldScan, OldScan) : (Scan, Change, Finish);
        t.Step(isOld ? "inc_tlb_flush_pending" : "tlb_gather_mmu", s => pending.Raise(s).From(scan));
        t.Either(
            () =>
            {
                t.Step("change_pte_range", process.Va, (s, x) => s
                    .When(process.Pte(x).HasValue)
                    .Set(copier.Protected[x], process.FrameAt(x)).Set(process.Pte(x), None).Set(address, x)
                    .From(change));
                process.Flush(t, c, address, true, finish);
            },
            () =>
            {
                t.Step("change_pte_range (nothing to change)", process.Va, (s, x) => s
                    .When(process.Pte(x).IsNone).From(change));
                if (!isOld)
                {
                    t.Branch("mm_tlb_flush_nested", pending.IsNested, () => process.Flush(t, c, None, true, finish),
                        null, s => s.From(finish, KernelCode.Pending));
                }
            });
        t.Step(isOld ? "dec_tlb_flush_pending" : "tlb_finish_mmu", s => pending.Drop(s).From(finish));
    }

    /// <summary>The operation that replaces a page whose PTE was changed: migration, a write fault, or ksmd.</summary>
    private sealed class PageCopier
    {
        /// <summary>A NUMA fault on a huge page.</summary>
        public static readonly Source HugeFault = Source.Kernel("do_huge_pmd_numa_page", "mm/huge_memory.c", "v4.13.4");

        /// <summary>A write fault on a write-protected page.</summary>
        public static readonly Source WriteFault = Source.Kernel("do_wp_page, wp_page_copy", "mm/memory.c", "v6.19");

        /// <summary>The first half of a merge.</summary>
        public static readonly Source Protect = Source.Kernel("write_protect_page", "mm/ksm.c", "v6.19");

        private static readonly Source Accessible = Source.Kernel("pte_accessible", "arch/x86/include/asm/pgtable.h", "v6.19");
        private static readonly Source Unmap = Source.Kernel("try_to_migrate_one", "mm/rmap.c", "v6.19");
        private static readonly Source Migrate = Source.Kernel("migrate_pages, remove_migration_pte", "mm/migrate.c", "v6.19");
        private static readonly Source MigrateHuge = Source.Kernel("migrate_misplaced_transhuge_page", "mm/migrate.c", "v4.13.4");
        private static readonly Source Merge = Source.Kernel("try_to_merge_one_page, replace_page", "mm/ksm.c", "v6.19");

        private readonly ModelBuilder m;
        private readonly Process process;
        private readonly FlushPending pending;
        private readonly Expr taken;

        /// <summary>Declares the state of the operation.</summary>
        public PageCopier(ModelBuilder m, Process process, FlushPending pending)
        {
            (this.m, this.process, this.pending) = (m, process, pending);
            Protected = m.Map("protected", process.Va, Sort.Option(process.Frame));
            Locked = m.Map("folio_locked", process.Va, Sort.Bool);
            taken = m.Ghost("content_taken", Sort.Map(process.Frame, Sort.Bool));
            Lost = m.Ghost("lost", Sort.Bool);
        }

        /// <summary>The frame that a PTE without access permission still names.</summary>
        public Expr Protected { get; }

        /// <summary>True if the page of an address is being moved.</summary>
        public Expr Locked { get; }

        /// <summary>
        /// True if a frame is in a PTE without access permission, or in the hands of a copier; once the threads are declared.
        /// </summary>
        public Func<Expr, Expr> IsHeld { get; private set; } = _ => false;

        /// <summary>Ghost: a store to a page came after its content was read.</summary>
        public Expr Lost { get; }

        /// <summary>
        /// Extends the step of a store: the store is lost if the content of the page was read before.
        /// </summary>
        public void NoteStore(StepBuilder s, Expr c, Expr x) => s.SetIf(
            Exists(process.Frame, f => taken[f] & process.Translation.Names(process.Tlb[c, x], f)), Lost, true);

        /// <summary>Adds the program as a branch of an <c>Either</c>.</summary>
        public void Program(ThreadBuilder t, Expr c)
        {
            var address = t.Local("moved_address", process.Va);
            var page = t.Local("page", process.Frame);
            if (m.Has(TlbFlushPending.HugePage))
            {
                Begin(t, c, address, page, "do_huge_pmd_numa_page", HugeFault, isFault: true);
                AskAndFlush(t, c, address, HugeFault);
                Copy(t, c, address, page, ("migrate_page_copy", "pmdp_huge_clear_flush", "set_pmd_at"), MigrateHuge);
            }
            else if (m.Has(TlbFlushPending.WriteFault))
            {
                Begin(t, c, address, page, "do_wp_page", WriteFault, isFault: true);
                AskAndFlush(t, c, address, WriteFault);
                Copy(t, c, address, page, ("__wp_page_copy_user", "ptep_clear_flush", "set_pte_at"), WriteFault);
            }
            else if (m.Has(TlbFlushPending.Merge))
            {
                BeginAny(t, c, address, page, "write_protect_page", "pte_write", Protect);
                Copy(t, c, address, page, ("pages_identical", "ptep_clear_flush", "replace_page"), Merge);
            }
            else
            {
                BeginAny(t, c, address, page, "try_to_migrate_one", "pte_present", Unmap, Accessible);
                Copy(t, c, address, page, ("folio_mc_copy", null, "remove_migration_pte"), Migrate);
            }
        }

        // A PTE that still allows access must be flushed in any case.
        private void BeginAny(
            ThreadBuilder t, Expr c, Expr address, Expr page, string name, string test, params Source[] sources) => t.Either(
            () =>
            {
                t.Step($"{name} ({test})", process.Va, (s, x) => s
                    .When(process.Pte(x).HasValue & !Locked[x])
                    .Set(page, process.FrameAt(x)).Set(Protected[x], process.FrameAt(x)).Set(process.Pte(x), None)
                    .Set(Locked[x], true).Set(address, x).From(sources));
                process.Flush(t, c, address, true, sources);
            },
            () =>
            {
                Begin(t, c, address, page, name, sources[0], isFault: false);
                AskAndFlush(t, c, address, sources);
            });

        private void Begin(ThreadBuilder t, Expr c, Expr address, Expr page, string name, Source source, bool isFault) =>
            t.Step(name, process.Va, (s, x) => s
                .When(Protected[x].HasValue & !Locked[x]).When(isFault ? process.Tlb[c, x].IsNone : true)
                .Set(page, Protected[x]).Set(Locked[x], true).Set(address, x).From(source));

        private void AskAndFlush(ThreadBuilder t, Expr c, Expr address, params Source[] sources)
        {
            if (!m.Has(TlbFlushPending.NeverAsked))
            {
                t.Branch("mm_tlb_flush_pending", pending.IsPending, () => process.Flush(t, c, address, true, sources),
                    null, s => s.From([KernelCode.Pending, .. sources]));
            }
        }

        private void Copy(
            ThreadBuilder t, Expr c, Expr address, Expr page, (string Take, string? Flush, string Put) names, Source source)
        {
            // ksmd already has a page with this content, which is left out here.
            var to = m.Has(TlbFlushPending.Merge) ? null : t.Local("new_page", process.Frame);
            var (pages, copies) = (((Expr.Index)page).Map, (to as Expr.Index)?.Map);
            IsHeld = f => Exists(process.Va, x => Protected[x] == f)
                | Exists(process.Cpu, d => pages[d] == f | (copies is null ? false : copies[d] == f));
            if (to is null)
            {
                t.Step(names.Take, s => s.Set(taken[page.Value], true).Shows(page).From(source));
            }
            else
            {
                t.Step(names.Take, process.Frame, (s, f) => s
                    .When(process.Allocator.Owner[f] == Owner.Free).Set(process.Allocator.Owner[f], Owner.AppBuf)
                    .Set(to, f).Set(taken[page.Value], true).From(source));
            }

            if (names.Flush is { } flush)
            {
                t.Step(flush, s => s.Set(Protected[address.Value], None).Shows(address).From(source));
                process.Flush(t, c, address, true, source);
            }

            t.Step(names.Put, s =>
            {
                process.Free(s, page.Value).Set(taken[page.Value], false)
                    .Set(Protected[address.Value], None).Set(Locked[address.Value], false).Shows(address).From(source);
                if (to is not null)
                {
                    s.Set(process.Pte(address.Value), process.Translation.To(to.Value));
                }
            });
        }
    }
}
