using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>The protected pages and the files that are their aliases.</summary>
/// <remarks>A page stays protected until it is freed, as a KSM page does.</remarks>
internal sealed class ProtectedPages
{
    private readonly PageCache cache;

    /// <summary>Declares the state: nothing is protected.</summary>
    public ProtectedPages(ModelBuilder m, PageCache cache)
    {
        this.cache = cache;
        Protected = m.Map("protected", cache.Frame, Sort.Bool);
        Aliases = m.Map("aliases", cache.Frame, cache.File, Sort.Bool);
        Withheld = m.Has(FileKsm.CacheOnly) ? m.Var("special_entry", Sort.Option(cache.File)) : None;
        var files = Sort.Option(cache.File);
        Reading = m.Has(FileKsm.ReadIo) ? m.Map("read_io", cache.Frame, files) : Fill(Sort.Map(cache.Frame, files), None);
    }

    /// <summary>True if a page is write-protected everywhere.</summary>
    public Expr Protected { get; }

    /// <summary>The files of each page: the list of aliases, or page->mapping of a page that is not protected.</summary>
    public Expr Aliases { get; }

    /// <summary>The file whose slot holds a special entry in place of a page.</summary>
    public Expr Withheld { get; }

    /// <summary>The file for which each page is being read.</summary>
    public Expr Reading { get; }

    /// <summary>Extends a step: a page becomes the only page of a file.</summary>
    public StepBuilder BecomeOwn(StepBuilder s, Expr f, Expr a) => s
        .Set(Protected[f], false).Each(cache.File, b => s.Set(Aliases[f, b], b == a)).Set(cache.Slot[a], f);

    /// <summary>Adds how pages come into the page cache.</summary>
    public void AddFills(ModelBuilder m)
    {
        if (!m.Has(FileKsm.Merge))
        {
            m.Rule("the files share a page", cache.Frame, (s, f) => s
                .When(ForAll(cache.File, a => cache.Slot[a].IsNone) & cache.IsFree(f))
                .Set(Protected[f], true).Set(cache.Content[f], None)
                .Each(cache.File, a => s.Set(cache.Slot[a], f).Set(Aliases[f, a], true)).By("kernel")).From(Mails.Proposal);
            return;
        }

        if (!m.Has(FileKsm.ReadIo))
        {
            m.Rule("filemap_read_folio", cache.File, cache.Frame, (s, a, f) => BecomeOwn(s, f, a)
                .When(cache.Slot[a].IsNone & Withheld != a & cache.IsFree(f)).Set(cache.Content[f], None).By("kernel"))
                .From(KernelCode.Read);
            return;
        }

        m.Rule("filemap_add_folio", cache.File, cache.Frame, (s, a, f) => BecomeOwn(s, f, a)
            .When(cache.Slot[a].IsNone & Withheld != a & cache.IsFree(f)).Set(cache.Content[f], None)
            .Set(cache.Locked[f], true).Set(Reading[f], a).By("kernel")).From(KernelCode.Add);
        m.Rule("read completes", cache.Frame, (s, f) => s
            .When(Reading[f].HasValue).Set(Reading[f], None).Set(cache.Locked[f], false).By("disk")).From(KernelCode.Read);
        m.Rule("read completes (content)", cache.Frame, (s, f) => cache.Write(s, f, Reading[f].Value)
            .When(Reading[f].HasValue).Set(Reading[f], None).Set(cache.Locked[f], false).By("disk")).From(KernelCode.Read);
    }
}
