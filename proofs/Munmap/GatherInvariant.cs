using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Munmap;

/// <summary>Why mmu_gather leaves no stale entry, and no access goes wrong, for any number of CPUs, addresses and frames.</summary>
public sealed class GatherInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["B-GATHER:I-ENTRY", "B-GATHER:I-USE"];

    protected override void Describe(InvariantBuilder i)
    {
        var gather = i.Published<MmuGather.Parts>();
        i.Add("no access has gone wrong", !gather.Process.UsedStale);
        AddBatch(i, gather);
        AddFrames(i, gather);
        AddEntries(i, gather);
    }

    // One CPU gathers at a time, and what it has gathered is unmapped.
    private static void AddBatch(InvariantBuilder i, MmuGather.Parts gather)
    {
        var (process, batch, mmapLock) = (gather.Process, gather.Batch, gather.MmapLock);
        var (cpu, va) = (process.Cpu, process.Va);
        i.Add("a CPU that does more than unhook has the lock", ForAll(cpu, c =>
            gather.Munmap.At(c, "unhook") | mmapLock == c));
        i.Add("what is gathered belongs to the CPU with the lock", ForAll(cpu, va, (c, x) =>
            batch[c, x].HasValue.Implies(mmapLock == c)));
        i.Add("what is gathered is unmapped", ForAll(cpu, va, (c, x) => batch[c, x].HasValue.Implies(process.Pte(x).IsNone)));
        i.Add("a flush is of everything", process.Shootdown.Address(None).IsNone);
    }

    // A page has one place: one PTE, or one entry of the batch.
    private static void AddFrames(InvariantBuilder i, MmuGather.Parts gather)
    {
        var (process, batch) = (gather.Process, gather.Batch);
        var (cpu, va, frame) = (process.Cpu, process.Va, process.Frame);
        Expr IsPage(Expr f) => process.Allocator.Owner[f] == Owner.AppBuf;
        Expr IsMapped(Expr x, Expr f) => process.Translation.Names(process.Pte(x), f);
        Expr IsCached(Expr c, Expr x, Expr f) => process.Translation.Names(process.Tlb[c, x], f);
        Expr IsGathered(Expr c, Expr x, Expr f) => batch[c, x] == f;
        i.Add("what is mapped is a page", ForAll(va, frame, (x, f) => IsMapped(x, f).Implies(IsPage(f))));
        i.Add("what is gathered is a page", ForAll(cpu, va, frame, (c, x, f) => IsGathered(c, x, f).Implies(IsPage(f))));
        i.Add("what is cached is a page", ForAll(cpu, va, frame, (c, x, f) => IsCached(c, x, f).Implies(IsPage(f))));
        i.Add("a page is mapped once", ForAll(va, va, frame, (x, y, f) => (IsMapped(x, f) & IsMapped(y, f)).Implies(x == y)));
        i.Add("a page is gathered once", ForAll(cpu, va, va, frame, (c, x, y, f) =>
            (IsGathered(c, x, f) & IsGathered(c, y, f)).Implies(x == y)));
        i.Add("a page is mapped or gathered", ForAll(cpu, va, va, frame, (c, x, y, f) =>
            (IsMapped(x, f) & IsGathered(c, y, f)).Implies(x == y)));
        i.Add("a page is cached where it is mapped", ForAll(cpu, va, va, frame, (c, x, y, f) =>
            (IsMapped(x, f) & IsCached(c, y, f)).Implies(x == y)));
        i.Add("a page is cached where it was gathered", ForAll(cpu, va, va, frame, (c, x, y, f) =>
            (IsCached(c, x, f) & IsGathered(c, y, f)).Implies(x == y)));
        i.Add("an entry of a mapped address leads where the PTE does", ForAll(cpu, va, frame, frame, (c, x, f, g) =>
            (IsMapped(x, f) & IsCached(c, x, g)).Implies(f == g)));
        i.Add("no PTE is stale", ForAll(va, x => !process.Translation.IsStale(process.Pte(x))));
        i.Add("no TLB entry is stale", ForAll(cpu, va, (c, x) => !process.Translation.IsStale(process.Tlb[c, x])));
    }

    // An entry outlives its PTE only from the unhooking to the flush.
    private static void AddEntries(InvariantBuilder i, MmuGather.Parts gather)
    {
        var process = gather.Process;
        var (cpu, va) = (process.Cpu, process.Va);
        Expr OutlivesPte(Expr c, Expr x) => process.Tlb[c, x].HasValue & process.Pte(x).IsNone;
        i.Add("without the lock no entry outlives its PTE", ForAll(cpu, va, (c, x) =>
            OutlivesPte(c, x).Implies(gather.MmapLock.HasValue)));
        i.Add("a CPU that does more than unhook has flushed itself", ForAll(cpu, va, (c, x) =>
            OutlivesPte(c, x).Implies(gather.Munmap.At(c, "unhook"))));
        i.Add("an entry that outlives its PTE has its flush to come", ForAll(cpu, cpu, va, (c, d, x) =>
            (c != d & gather.Munmap.At(d, "flush is complete") & OutlivesPte(c, x)).Implies(process.Shootdown.IsPending(None, c))));
        i.Add("while pages are freed no entry outlives its PTE", ForAll(cpu, cpu, va, (c, d, x) =>
            (c != d & gather.Munmap.At(d, "free")).Implies(!OutlivesPte(c, x))));
    }
}
