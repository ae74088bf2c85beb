using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// The daemon that protects pages of files and merges equal ones: lock, walk, count references, compare, replace the slot.
/// </summary>
internal sealed class Deduplication
{
    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;
    private readonly ProtectedPages pages;
    private readonly PageHolders holders;
    private readonly Expr folio;
    private readonly Expr merged;

    /// <summary>Declares the state: the folios to which the daemon holds references.</summary>
    public Deduplication(ModelBuilder m, PageCache cache, FileMappings mappings, ProtectedPages pages, PageHolders holders)
    {
        (this.m, this.cache, this.mappings, this.pages, this.holders) = (m, cache, mappings, pages, holders);
        folio = m.Var("daemon_folio", Sort.Option(cache.Frame));
        merged = m.Var("daemon_kfolio", Sort.Option(cache.Frame));
        cache.AddBorrowed(f => folio == f | merged == f);
    }

    /// <summary>Adds the thread.</summary>
    public void Describe()
    {
        m.Thread("daemon", repeats: true, t =>
        {
            var file = t.Local("file", cache.File);
            t.Step("folio_trylock", cache.File, cache.Frame, (s, a, f) => s
                .When(cache.Slot[a] == f & !cache.Locked[f] & !pages.Protected[f])
                .When(m.Assumes(FileKsm.Unmapped) ? ForAll(mappings.Mm, c => !mappings.Names(mappings.Pte[c], f)) : true)
                .Set(cache.Locked[f], true).Set(folio, f).Set(file, a).Shows(a, f).From(KernelCode.Merge));
            Protect(t, file);
            Expr IsShared(Expr f) => pages.Protected[f] & Exists(cache.File, a => cache.Slot[a] == f);
            Expr IsEqual(Expr f) => IsShared(f) & cache.Content[f] == cache.Content[folio.Value];
            t.Either(
                () =>
                {
                    t.Step("protect", s => Restore(Release(s.When(!Exists(cache.Frame, IsShared))), file)
                        .Set(pages.Protected[folio.Value], true).Shows(folio).From(Mails.Proposal));
                    t.Return();
                },
                () =>
                {
                    t.Step("pages_identical: no", s => Restore(Release(s
                        .When(Exists(cache.Frame, IsShared) & !Exists(cache.Frame, IsEqual))), file)
                        .Shows(folio).From(KernelCode.Merge));
                    t.Return();
                },
                () => t.Step("pages_identical", cache.Frame, (s, k) => s
                    .When(IsEqual(k)).Set(merged, k).Shows(folio, k).From(KernelCode.Merge)));
            t.Step("replace slot", s =>
            {
                s.Set(cache.Slot[file.Value], merged).Set(pages.Aliases[merged.Value, file.Value], true)
                    .Set(pages.Aliases[folio.Value, file.Value], false).Shows(file, merged).From(KernelCode.Replace);
                if (m.Has(FileKsm.CacheOnly))
                {
                    s.Set(pages.Withheld, None);
                }
            });
            if (!m.Has(FileKsm.CacheOnly))
            {
                mappings.Walk(t, file, "unmap_mapping_pages", protects: false, !m.Has(FileKsm.NoFlush), KernelCode.Unmap);
            }

            t.Step("folio_put", s => Release(s).Set(merged, None).Shows(folio).From(KernelCode.Merge));
        });
        m.Reachable("two files share a page", Exists(cache.File, cache.File, (a, b) =>
            a != b & cache.Slot[a].HasValue & cache.Slot[a] == cache.Slot[b]));
    }

    private void Protect(ThreadBuilder t, Expr file)
    {
        if (m.Has(FileKsm.CacheOnly))
        {
            t.Step("filemap_remove_folio", s => s
                .Set(cache.Slot[file.Value], None).Set(pages.Aliases[folio.Value, file.Value], false)
                .Set(pages.Withheld, file).Shows(file).From(KernelCode.Remove, Mails.Wilcox));
            return;
        }

        mappings.Walk(t, file, "folio_mkclean", protects: true, !m.Has(FileKsm.NoFlush), KernelCode.Clean);
        if (m.Assumes(FileKsm.NoGup) && holders.CanExist)
        {
            t.Branch("folio_ref_count", holders.Holds(folio.Value), () =>
            {
                t.Step("folio_unlock", s => Release(s).Shows(folio).From(KernelCode.Merge));
                t.Return();
            }, null, s => s.From(KernelCode.Merge));
        }
    }

    private StepBuilder Release(StepBuilder s) => s.Set(cache.Locked[folio.Value], false).Set(folio, None);

    private StepBuilder Restore(StepBuilder s, Expr file) => m.Has(FileKsm.CacheOnly)
        ? s.Set(cache.Slot[file.Value], folio).Set(pages.Aliases[folio.Value, file.Value], true).Set(pages.Withheld, None)
        : s;
}
