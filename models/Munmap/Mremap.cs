using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// mremap moves a PTE of a shared file mapping to another address and flushes the old one. Writeback and ftruncate,
/// which take no mmap_lock, find the page through i_mmap.
/// </summary>
public sealed class Mremap() : ModelFamily("mremap",
    "mremap moves a PTE under both page-table locks; writeback cleans and ftruncate zaps where it has gone",
    new("cpu", 2, 1, 4, "processors, each of which may call mremap or ftruncate, or write back"),
    new("va", 2, 2, 4, "addresses to move between, each in a table with a lock of its own"),
    new("frame", 1, 1, 4, "pages of the file"))
{
    /// <summary>The flush comes after the locks are dropped.</summary>
    public static readonly Fault FlushLate = new("flush-late",
        "move_ptes drops both page-table locks, and the old range is flushed afterwards",
        new Source("CVE-2018-18281", "mremap: properly flush TLB before releasing the page"));

    /// <summary>The lock of the old table is dropped first.</summary>
    public static readonly Fault OldLockEarly = new("old-lock-early",
        "move_ptes drops the lock of the old table before the flush, that of the new one afterwards");

    /// <summary>The lock of the new table is dropped first.</summary>
    public static readonly Fault NewLockEarly = new("new-lock-early",
        "move_ptes drops the lock of the new table before the flush, that of the old one afterwards");

    /// <summary>The order of the VMAs in i_mmap is not known.</summary>
    public static readonly Feature AnyOrder = new("any-order",
        "the new VMA may come before the old one in i_mmap, so mremap takes the rmap locks "
            + "(need_rmap_locks)");

    /// <summary>The rmap locks are not taken.</summary>
    public static readonly Fault NoRmapLocks = new("no-rmap-locks",
        "with 'any-order': move_ptes does not take the rmap locks");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "moves of whole page tables, and page tables that are freed; a second process that maps the file",
        "a walk of i_mmap by ftruncate: it zaps one PTE at a time, wherever it is",
        "read faults, and write faults on a PTE that was cleaned",
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(NoRmapLocks, AnyOrder);
        if (new[] { FlushLate, OldLockEarly, NewLockEarly }.Count(m.Has) > 1)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "only one of 'flush-late', 'old-lock-early' and 'new-lock-early'");
        }

        var process = new Process(m, Architecture.Of(m), Owner.PageCache, Needs.Permissions | Needs.ConcurrentFlushes);
        var file = new MappedFile(m, process, isOrdered: !m.Has(AnyOrder));
        var move = new PteMove(m, process, file);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => move.Program(t, c),
            () => file.WriteBack(t, c),
            () => file.Truncate(t, c)));
        file.AddRules(m);
        process.AddEnvironment(m, stored: file.Stored, hasLoads: true);
        process.AddInvariants(m);
        m.Always("I-LOST", file.KnowsStores,
            "no store to the file is lost: while the disk lacks one, the page is dirty, or locked, or a PTE to it is dirty");
        m.Always("I-CLEAN", !file.Missed, "writeback takes no page for clean that some PTE still allows a store to");
        process.AddPteOwner(m, Owner.PageCache);
        m.Reachable("mremap holds both locks", Count(process.Va, x => file.PageTableLock[x]) > 1);
        m.Reachable("writeback comes while a PTE is moved", file.MmapLock & Exists(process.Cpu, d => file.IsWalking[d]));
    }

    /// <summary>The thread that moves a PTE.</summary>
    private sealed class PteMove(ModelBuilder m, Process process, MappedFile file)
    {
        private static readonly Source Move = Source.Kernel("move_ptes", "mm/mremap.c", "000c0691ec6a");
        private static readonly Source CopyVma = Source.Kernel("copy_vma_and_data, move_vma", "mm/mremap.c", "v6.19");

        public void Program(ThreadBuilder t, Expr c)
        {
            var (old, next) = (t.Local("old_addr", process.Va), t.Local("new_addr", process.Va));
            var takesRmapLocks = m.Has(AnyOrder) && !m.Has(NoRmapLocks);
            void Unlock(string name, bool dropsOld, bool dropsNew) => t.Step(name, s =>
            {
                s.Shows().From(Move);
                if (dropsOld)
                {
                    s.Set(file.PageTableLock[old.Value], false);
                }

                if (dropsNew)
                {
                    s.Set(file.PageTableLock[next.Value], false);
                }
            });

            t.Step("copy_vma", process.Va, process.Va, (s, x, y) => file.Link(s, y, x)
                .When(!file.MmapLock & x != y & file.HasVma[x] & !file.HasVma[y] & process.Pte(x).HasValue)
                .Set(file.MmapLock, true).Set(old, x).Set(next, y).From(CopyVma));
            if (takesRmapLocks)
            {
                t.Step("take_rmap_locks", s => s.When(file.CanWrite).Set(file.IsWriting, true).From(Move));
            }

            t.Step("pte_offset_map_lock", s => s
                .When(!file.PageTableLock[old.Value] & !file.PageTableLock[next.Value])
                .Set(file.PageTableLock[old.Value], true).Set(file.PageTableLock[next.Value], true).Shows(old, next).From(Move));
            t.Step("move_ptes", s => s
                .Set(process.Pte(next.Value), process.Pte(old.Value)).Set(process.Pte(old.Value), None)
                .Shows(old, next).From(Move));
            if (m.Has(FlushLate))
            {
                Unlock("spin_unlock", dropsOld: true, dropsNew: true);
            }
            else if (m.Has(OldLockEarly) || m.Has(NewLockEarly))
            {
                Unlock("spin_unlock (early)", m.Has(OldLockEarly), m.Has(NewLockEarly));
            }

            process.Flush(t, c, old, true, Move);
            if (!m.Has(FlushLate))
            {
                Unlock("spin_unlock", !m.Has(OldLockEarly), !m.Has(NewLockEarly));
            }

            if (takesRmapLocks)
            {
                t.Step("drop_rmap_locks", s => s.Set(file.IsWriting, false).From(Move));
            }

            t.Step("mremap returns", s => file.Unlink(s, old.Value).Set(file.MmapLock, false).Shows().From(CopyVma));
        }
    }
}
