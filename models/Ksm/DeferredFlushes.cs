using Verify.Modelling;

namespace Verify.Models.Ksm;

/// <summary>Calls that change PTEs and flush later: one makes them clean, the other write-protects them.</summary>
/// <remarks>
/// Both hold mmap_lock for reading only, as ksmd does. A CPU can store through an entry that is writable and dirty until
/// both flushes are over.
/// </remarks>
internal sealed class DeferredFlushes(ModelBuilder m, AnonymousMemory memory)
{
    /// <summary>Adds the two threads.</summary>
    public void Describe()
    {
        var isOld = m.Is(AnonymousKsm.Linux413);
        Add("madvise", Flusher.Advice, "madvise_free_pte_range", memory.Translation.Dirty, KernelCode.Advice);
        Add("write protection", Flusher.Protection, isOld ? "clear_soft_dirty" : "change_pte_range (uffd-wp)",
            memory.Translation.Writable, isOld ? KernelCode.SoftDirty : KernelCode.Userfault);
        m.Reachable("two flushes are pending", memory.Pending!.IsNested);
    }

    private void Add(string thread, Flusher who, string step, Field bit, Source source) => m.Thread(thread, repeats: true, t =>
    {
        var address = t.Local("address", memory.Va);
        t.Step("inc_tlb_flush_pending", s => memory.Pending!.Raise(s).From(source));
        t.Step(step, memory.Va, (s, x) => s
            .When(memory.Pte(x).HasValue & memory.PageTableLock != x)
            .Set(memory.Pte(x).Value[bit], false).Set(address, x).From(source));
        memory.Flush(t, who, address, reachesDevice: true, source);
        t.Step("dec_tlb_flush_pending", s => memory.Pending!.Drop(s).From(source));
    });
}
