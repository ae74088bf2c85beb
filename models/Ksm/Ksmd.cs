using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ksm;

/// <summary>ksmd: try_to_merge_one_page() for one address after the other.</summary>
internal sealed class Ksmd(ModelBuilder m, AnonymousMemory memory)
{
    private Expr address = None;
    private Expr entry = None;

    private bool ReachesDevice => !m.Has(AnonymousKsm.NotifyLate);

    private Expr Here => memory.Pte(address.Value);

    /// <summary>Adds the thread.</summary>
    public void Describe()
    {
        m.Thread("ksmd", repeats: true, t =>
        {
            address = t.Local("address", memory.Va);
            entry = t.Local("entry", memory.Translation.Sort);
            t.Step("folio_trylock", memory.Va, memory.Frame, (s, x, f) => s
                .When(memory.Maps(x, f) & !(memory.HasStablePage & memory.StableNode == f))
                .Set(address, x).Set(memory.Folio, f)
                .SetIf(memory.HasStablePage, memory.StableFolio, memory.StableNode)
                .Shows(x).From(KernelCode.Scan, KernelCode.Merge));
            if (m.Has(AnonymousKsm.CompareFirst))
            {
                Compare(t);
            }

            Protect(t);
            t.Branch("kfolio", memory.StableFolio.IsNone,
                () =>
                {
                    t.Step("folio_set_stable_node", s => s
                        .Set(memory.StableNode, memory.Folio).Set(memory.Folio, None).Shows().From(KernelCode.Merge));
                    t.Return();
                },
                null, s => s.From(KernelCode.Merge));
            if (!m.Has(AnonymousKsm.CompareFirst) && !m.Has(AnonymousKsm.NoCompare))
            {
                Compare(t);
            }

            Replace(t);
            t.Step("folio_put", s => s
                .Set(memory.Folio, None).Set(memory.StableFolio, None).Shows().From(KernelCode.Merge));
        });
    }

    private void GiveUp(ThreadBuilder t, bool isChange = false)
    {
        // Only a copy changes the PTE of a locked page here: zaps and migration are left out. A copy needs a third frame.
        var canCopy = m.Is(AnonymousKsm.Linux619) && m.Size("frame") > 2;
        t.Never("no write fault copies a page that is locked", isChange && !canCopy);
        t.Step("folio_unlock", s => s.Set(memory.Folio, None).Set(memory.StableFolio, None).Shows().From(KernelCode.Merge));
        t.Return();
    }

    private void Compare(ThreadBuilder t)
    {
        // Without a KSM page there is nothing to compare with yet.
        var isEqual = Exists(memory.Frame, memory.Frame, (f, g) =>
            memory.Folio == f & memory.StableFolio == g & memory.Content[f] == memory.Content[g]);
        t.Branch("pages_identical", m.Has(AnonymousKsm.CompareFirst) ? memory.StableFolio.IsNone | isEqual : isEqual,
            () => { }, () => GiveUp(t), s => s.From(KernelCode.Merge));
    }

    private void Protect(ThreadBuilder t)
    {
        var translation = memory.Translation;
        var isMapped = memory.Maps(address.Value, memory.Folio.Value);
        t.Branch("page_vma_mapped_walk", isMapped, () => { }, () => GiveUp(t, isChange: true),
            s => s.SetIf(isMapped, memory.PageTableLock, address).From(KernelCode.Protect));
        var mustFlush = Here.Value[translation.Writable] | Here.Value[translation.Dirty] | memory.IsExclusive(memory.Folio.Value);
        if (memory.Pending is { } pending && !m.Has(AnonymousKsm.NoPending))
        {
            mustFlush |= pending.IsPending;
        }

        // The dirty bit that the hardware may set meanwhile changes nothing about the test, as only a writable entry gets it.
        t.Branch("pte_write, pte_dirty, anon_exclusive, mm_tlb_flush_pending", mustFlush,
            () =>
            {
                if (m.Has(AnonymousKsm.CountFirst))
                {
                    Count(t, isCleared: false);
                    t.Step("ptep_get_and_clear", s => s
                        .Set(entry, Here).Set(Here, None).Shows(address).From(KernelCode.Protect));
                }

                if (!m.Has(AnonymousKsm.NoFlush))
                {
                    memory.Flush(t, Flusher.Ksmd, address, ReachesDevice, KernelCode.Protect);
                }

                if (m.Has(AnonymousKsm.Pins) && !m.Has(AnonymousKsm.CountFirst) && !m.Has(AnonymousKsm.NoCount))
                {
                    Count(t, isCleared: true);
                }

                if (m.Has(AnonymousKsm.Pins) && m.Is(AnonymousKsm.Linux619) && !m.Has(AnonymousKsm.PlainReferences))
                {
                    TryShare(t);
                }

                t.Step("set_pte_at (write-protected)", s => memory.Share(s, memory.Folio.Value)
                    .Set(Here, entry.Value.With(translation.Writable, false).With(translation.Dirty, false))
                    .Set(entry, None).Set(memory.PageTableLock, None).Shows(address).From(KernelCode.Protect));
            },
            () => t.Step("page_vma_mapped_walk_done", s => s
                .Set(memory.PageTableLock, None).Shows(address).From(KernelCode.Protect)),
            s =>
            {
                s.From(KernelCode.Protect);
                if (!m.Has(AnonymousKsm.CountFirst))
                {
                    s.If(mustFlush, () => s.Set(entry, Here).Set(Here, None));
                }
            });
        EndNotice(t, KernelCode.Protect);
    }

    private void Count(ThreadBuilder t, bool isCleared) =>
        t.Branch("folio_ref_count", memory.Pin == memory.Folio.Value,
            () => Restore(t, isCleared), null, s => s.From(KernelCode.Protect));

    // folio_maybe_dma_pinned() sees pins, not plain references.
    private void TryShare(ThreadBuilder t)
    {
        var folio = memory.Folio.Value;
        t.Branch("folio_try_share_anon_rmap_pte", memory.IsExclusive(folio) & memory.Pin == folio,
            () => Restore(t, isCleared: true), null, s => s.From(KernelCode.Share));
    }

    private void Restore(ThreadBuilder t, bool isCleared)
    {
        t.Step("set_pte_at (restored)", s =>
        {
            s.Set(memory.PageTableLock, None).Set(memory.Folio, None).Set(memory.StableFolio, None)
                .Shows(address).From(KernelCode.Protect);
            if (isCleared)
            {
                s.Set(Here, entry);
            }
        });
        t.Return();
    }

    private void Replace(ThreadBuilder t)
    {
        var isSame = m.Has(AnonymousKsm.NoSame)
            ? true
            : memory.Maps(address.Value, memory.Folio.Value)
                & !Here.Value[memory.Translation.Writable] & !Here.Value[memory.Translation.Dirty];
        if (m.Has(AnonymousKsm.NoSame))
        {
            t.Step("ptep_clear_flush", s => s
                .Set(Here, None).Set(memory.PageTableLock, address).Shows(address).From(KernelCode.Replace));
        }
        else
        {
            t.Branch("pte_same", isSame, () => { }, () => GiveUp(t, isChange: true), s => s
                .If(isSame, () => s.Set(Here, None).Set(memory.PageTableLock, address)).From(KernelCode.Replace));
        }

        memory.Flush(t, Flusher.Ksmd, address, ReachesDevice, KernelCode.Replace);
        t.Step("set_pte_at (kpage)", s => s
            .Set(Here, memory.Translation.To(memory.StableFolio.Value).With(memory.Translation.Writable, false))
            .Set(memory.PageTableLock, None).Shows(address, memory.StableFolio).From(KernelCode.Replace));
        EndNotice(t, KernelCode.Replace);
    }

    private void EndNotice(ThreadBuilder t, Source source)
    {
        if (m.Has(AnonymousKsm.NotifyLate))
        {
            t.Step("mmu_notifier_invalidate_range_end", s => memory.DropFromDevice(s, address.Value)
                .Shows(address).From(source, KernelCode.LateNotice));
        }
    }
}
