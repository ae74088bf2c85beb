using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// The steps of each process: read faults, write faults, write(2), truncate. A write to a protected page breaks the
/// protection, and is tried again.
/// </summary>
internal sealed class FileTasks
{
    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;
    private readonly ProtectedPages pages;
    private readonly Expr folio;
    private readonly Expr copy;
    private readonly bool hasLock;
    private readonly Expr isInvalidating;
    private readonly Expr faulting;

    /// <summary>Declares the state: the folios to which the processes hold references, and the lock of each mapping.</summary>
    public FileTasks(ModelBuilder m, PageCache cache, FileMappings mappings, ProtectedPages pages)
    {
        (this.m, this.cache, this.mappings, this.pages) = (m, cache, mappings, pages);
        folio = m.Map("folio", mappings.Mm, Sort.Option(cache.Frame));
        copy = m.Map("copy", mappings.Mm, Sort.Option(cache.Frame));
        cache.AddBorrowed(f => Exists(mappings.Mm, c => folio[c] == f | copy[c] == f));
        hasLock = m.Has(FileKsm.InvalidateLock);
        var (files, mms) = (Sort.Set(cache.File), Sort.Map(mappings.Mm, Sort.Option(cache.File)));
        isInvalidating = hasLock ? m.Var("invalidate_lock_write", files) : Fill(files, false);
        faulting = hasLock ? m.Var("invalidate_lock_read", mms) : Fill(mms, None);
    }

    /// <summary>Adds the threads and the write faults that need no break.</summary>
    public void Describe()
    {
        m.Thread("task", mappings.Mm, repeats: true, (t, c) =>
        {
            var (page, file) = (folio[c], t.Local("file", cache.File));
            List<Action> ways = [() => ReadFault(t, c, page, file), () => WriteFault(t, c, page, file)];
            if (m.Has(FileKsm.Syscall))
            {
                ways.Add(() => Write(
                    t, page, file, "generic_perform_write", breaks: true, !m.Has(FileKsm.WriteUnchecked), KernelCode.Write));
            }

            if (m.Has(FileKsm.PartialTruncate))
            {
                ways.Add(() => Write(t, page, file, "truncate_inode_partial_folio",
                    breaks: !m.Has(FileKsm.TruncateInPlace), looksAgain: true, KernelCode.Partial));
            }

            if (m.Has(FileKsm.Zap))
            {
                ways.Add(() => mappings.Zap(t, c));
            }

            t.Either([.. ways]);
            t.Return();
            t.Label("break");
            Break(t, c, page, file, copy[c]);
        });
        m.LeadsTo("L-PROG", ForAll(mappings.Mm, c => folio[c].HasValue), Exists(mappings.Mm, c => folio[c].IsNone),
            "if all processes have looked up a page, one of them lets it go");
        m.Rule("page_mkwrite", mappings.Mm, cache.Frame, (s, c, f) => mappings.MakeWritable(s
            .When(mappings.Names(mappings.Pte[c], f) & !mappings.IsWritable(mappings.Pte[c]) & !pages.Protected[f])
            .When(!cache.Locked[f] & Exists(cache.File, a => mappings.MapsFile(c, a) & pages.Aliases[f, a])), c))
            .From(KernelCode.Shared, KernelCode.Mkwrite);
    }

    private void ReadFault(ThreadBuilder t, Expr c, Expr page, Expr file)
    {
        t.Step("filemap_get_folio", cache.File, cache.Frame, (s, a, f) =>
        {
            s.When(mappings.MapsFile(c, a) & mappings.Pte[c].IsNone & cache.Slot[a] == f & !isInvalidating[a])
                .Set(page, f).Set(file, a).Shows(f).From(KernelCode.Fault);
            if (hasLock)
            {
                s.Set(faulting[c], a);
            }
        });
        var isStill = m.Has(FileKsm.NoRecheck) || hasLock ? true
            : m.Has(FileKsm.RecheckSlot) ? cache.Slot[file.Value] == page
            : m.Has(FileKsm.MappingCheck) ? pages.Aliases[page.Value, file.Value] | pages.Protected[page.Value]
            : pages.Aliases[page.Value, file.Value];
        var takesLock = !m.Has(FileKsm.NoRecheck) && !m.Has(FileKsm.RecheckSlot);
        t.Step("finish_fault", s =>
        {
            mappings.Install(s.When(takesLock ? !cache.Locked[page.Value] : true), isStill, c, page.Value)
                .Set(page, None).Shows(page).From(KernelCode.FinishFault);
            if (hasLock)
            {
                s.Set(faulting[c], None);
            }
        });
    }

    private void WriteFault(ThreadBuilder t, Expr c, Expr page, Expr file)
    {
        t.Step("do_wp_page", cache.Frame, (s, f) => s
            .When(mappings.Names(mappings.Pte[c], f) & !mappings.IsWritable(mappings.Pte[c]) & pages.Protected[f])
            .Set(page, f).Set(file, mappings.FileOf(c)).Shows(f).From(KernelCode.Shared));
        t.Goto("break");
    }

    private void Write(ThreadBuilder t, Expr page, Expr file, string name, bool breaks, bool looksAgain, Source source)
    {
        t.Step($"{name}: lookup", cache.File, cache.Frame, (s, a, f) => s
            .When(cache.Slot[a] == f).Set(page, f).Set(file, a).Shows(a, f).From(KernelCode.Lookup, source));
        if (breaks)
        {
            t.Branch($"{name}: protected", pages.Protected[page.Value], () => t.Goto("break"), null, s => s.From(Mails.Proposal));
        }

        // The copy is one step: the folio lock is held from the second look to its end.
        var isStill = (breaks ? !pages.Protected[page.Value] : true) & pages.Aliases[page.Value, file.Value];
        t.Step(name, s => s.When(!cache.Locked[page.Value])
            .If(looksAgain ? isStill : true, () => cache.Write(s, page.Value, file.Value)).Set(page, None)
            .Shows(file, page).From(source));
    }

    private void Break(ThreadBuilder t, Expr c, Expr page, Expr file, Expr own)
    {
        var isStill = pages.Aliases[page.Value, file.Value];
        if (hasLock && !m.Has(FileKsm.FolioFirst))
        {
            Invalidate();
        }

        t.Step("folio_lock", s => s
            .When(!cache.Locked[page.Value]).Set(cache.Locked[page.Value], true).Shows(page).From(Mails.Proposal));
        t.Branch("alias list", isStill, () => { }, () =>
        {
            t.Never("only one process breaks protections", m.Size("cpu") == 1);
            t.Step("folio_unlock (no alias)", s =>
            {
                s.Set(cache.Locked[page.Value], false).Set(page, None).Shows(page).From(Mails.Proposal);
                if (hasLock && !m.Has(FileKsm.FolioFirst))
                {
                    s.Set(isInvalidating[file.Value], false);
                }
            });
            t.Return();
        }, s => s.From(Mails.Proposal));
        if (hasLock && m.Has(FileKsm.FolioFirst))
        {
            Invalidate();
        }

        t.Step("copy", cache.Frame, (s, f) => s
            .When(cache.IsFree(f)).Set(own, f).Set(cache.Content[f], cache.Content[page.Value])
            .Set(cache.Locked[f], !m.Has(FileKsm.NoWait)).From(Mails.Proposal));
        if (m.Has(FileKsm.WalkFirst))
        {
            Walk();
        }

        t.Step("replace slot", s =>
        {
            pages.BecomeOwn(s, own.Value, file.Value).Shows(file, own).From(KernelCode.Replace);
            if (m.Has(FileKsm.PteOnly))
            {
                s.If(mappings.MapsFile(c, file.Value), () => s.Set(mappings.Pte[c], None));
            }
        });
        if (!m.Has(FileKsm.WalkFirst) && !m.Has(FileKsm.PteOnly))
        {
            Walk();
        }

        t.Step("folio_unlock", s =>
        {
            s.Set(pages.Aliases[page.Value, file.Value], false).Set(cache.Locked[page.Value], false)
                .Set(page, None).Set(own, None).Shows(page).From(Mails.Proposal);
            if (!m.Has(FileKsm.NoWait))
            {
                s.Set(cache.Locked[own.Value], false);
            }

            if (hasLock)
            {
                s.Set(isInvalidating[file.Value], false);
            }
        });

        void Invalidate() => t.Step("filemap_invalidate_lock", s => s
            .When(!isInvalidating[file.Value] & ForAll(mappings.Mm, d => faulting[d] != file))
            .Set(isInvalidating[file.Value], true).Shows(file).From(Mails.Proposal, KernelCode.LockOrder));

        void Walk() => mappings.Walk(t, file, "unmap_mapping_pages", protects: false, !m.Has(FileKsm.NoFlush), KernelCode.Unmap);
    }
}
