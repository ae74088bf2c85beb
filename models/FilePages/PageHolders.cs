using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>The holders of pages beside the page cache: a pin, a pipe buffer, the page tables of a device.</summary>
internal sealed class PageHolders
{
    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;
    private readonly ProtectedPages pages;
    private readonly Expr pin = None;
    private readonly Expr pinnedFor = None;
    private readonly Expr pipe = None;
    private readonly Expr mirror;

    public PageHolders(ModelBuilder m, PageCache cache, FileMappings mappings, ProtectedPages pages)
    {
        (this.m, this.cache, this.mappings, this.pages) = (m, cache, mappings, pages);
        if (m.Has(FileKsm.Pins))
        {
            (pin, pinnedFor) = (m.Var("pin", Sort.Option(cache.Frame)), m.Var("pinned_for", Sort.Option(cache.File)));
            cache.AddReference(f => pin == f);
        }

        if (m.Has(FileKsm.Pipes))
        {
            pipe = m.Var("pipe", Sort.Option(cache.Frame));
            cache.AddReference(f => pipe == f);
        }

        var entry = Sort.Option(mappings.Entry);
        mirror = m.Has(FileKsm.Device) ? m.Map("device_pte", mappings.Mm, entry) : Fill(Sort.Map(mappings.Mm, entry), None);
        if (m.Has(FileKsm.Device))
        {
            cache.AddReader((a, f) => Exists(mappings.Mm, c => mappings.MapsFile(c, a) & mappings.Names(mirror[c], f)));
            if (m.Assumes(FileKsm.Notified))
            {
                mappings.Notify = (s, c) => s.Set(mirror[c], None);
            }
        }
    }

    /// <summary>True if something can hold a reference.</summary>
    public bool CanExist => m.Has(FileKsm.Pins) || m.Has(FileKsm.Pipes);

    /// <summary>True if a pin or a pipe buffer refers to a page.</summary>
    public Expr Holds(Expr f) => pin == f | pipe == f;

    /// <summary>Adds what they do.</summary>
    public void AddRules()
    {
        if (m.Has(FileKsm.Pins))
        {
            AddPins();
        }

        if (m.Has(FileKsm.Pipes))
        {
            AddPipes();
        }

        if (m.Has(FileKsm.Device))
        {
            m.Rule("device faults", mappings.Mm, (s, c) => s
                .When(mirror[c].IsNone & mappings.Pte[c].HasValue).Set(mirror[c], mappings.Pte[c]).By("device"))
                .From(KernelCode.Hmm);
            m.Rule("device stores", mappings.Mm, cache.Frame, (s, c, f) => cache.Write(s
                .When(mappings.Names(mirror[c], f) & mappings.IsWritable(mirror[c])), f, mappings.FileOf(c)).By("device").Shows(f))
                .From(KernelCode.Hmm);
        }
    }

    private void AddPins()
    {
        m.Rule("get_user_pages", mappings.Mm, cache.Frame, (s, c, f) => s
            .When(pin.IsNone & mappings.Names(mappings.Pte[c], f) & mappings.IsWritable(mappings.Pte[c]))
            .Set(pin, f).Set(pinnedFor, mappings.FileOf(c)).Shows(f)).From(KernelCode.Gup);
        m.Rule("DMA", s => cache.Write(s.When(pin.HasValue), pin.Value, pinnedFor.Value).By("NIC").Shows(pin)).From(KernelCode.Gup);
        m.Rule("unpin_user_page", s => s.When(pin.HasValue).Set(pin, None).Set(pinnedFor, None).By("NIC")).From(KernelCode.Gup);
    }

    private void AddPipes()
    {
        m.Rule("splice_folio_into_pipe", cache.File, cache.Frame, (s, a, f) => s
            .When(pipe.IsNone & cache.Slot[a] == f).Set(pipe, f).By("pipe").Shows(a, f)).From(KernelCode.Splice);
        m.Rule("pipe_read", s => s.When(pipe.HasValue).Set(pipe, None).By("pipe")).From(KernelCode.Splice);

        // remove_mapping needs the count of references to be as expected. Only the common content moves, so that the file
        // that gets the page was not written to.
        m.Rule("try_steal", cache.File, cache.File, cache.Frame, (s, a, b, f) => pages.BecomeOwn(s, f, b)
            .When(a != b & pipe == f & cache.Slot[a] == f & cache.Slot[b].IsNone & pages.Withheld != b & cache.Content[f].IsNone)
            .When(!cache.Locked[f] & ForAll(mappings.Mm, c => !mappings.Names(mappings.Pte[c], f)) & pin != f & !cache.IsBorrowed(f))
            .When(m.Has(FileKsm.StealShared) ? true : ForAll(cache.File, d => cache.Slot[d] == f == (d == a)))
            .Set(cache.Slot[a], None).Set(pipe, None).By("pipe").Shows(a, b, f)).From(KernelCode.Steal);
        if (m.Has(FileKsm.PipeMerge))
        {
            m.Rule("pipe_write (merge)", cache.File, (s, a) => cache.Spoil(s.When(pipe.HasValue), pipe.Value, a).By("pipe"))
                .From(KernelCode.PipeWrite, Mails.DirtyPipe);
        }
    }
}
