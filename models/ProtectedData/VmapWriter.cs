using Verify.Modelling;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>The state of an address in the vmalloc area.</summary>
internal enum Area
{
    /// <summary>The address is free.</summary>
    Free,

    /// <summary>The address is mapped.</summary>
    Used,

    /// <summary>The address is unmapped but may be cached in TLBs; it is not reused before a purge.</summary>
    Lazy,

    /// <summary>The address is being purged.</summary>
    Purging,
}

/// <summary>wr_memcpy() of the first prmem patches: vmap, copy, vunmap, and a purge that flushes much later.</summary>
internal sealed class VmapWriter(ModelBuilder m, KernelMapping mapping, Expr writing, Expr at, Expr slept)
{
    private readonly Expr area = m.Map("vmap_area", mapping.Va, Sort.Enum<Area>());
    private readonly Expr purgeLock = m.Var("vmap_purge_lock", Sort.Bool);
    private readonly Sort frame = ((Sort.Optional)((Sort.Mapping)writing.Sort).Value).Of;

    public void Describe()
    {
        m.Thread("writer", mapping.Cpu, repeats: true, Write);
        if (!m.Has(KernelAlias.FlushNow))
        {
            m.Thread("kworker", mapping.Cpu, repeats: true, Purge);
        }

        if (!m.Has(KernelAlias.LocalFlush))
        {
            mapping.AddAnswers(m);
        }

        m.LeadsTo("L-PROG", ForAll(mapping.Cpu, c => writing[c].HasValue), Exists(mapping.Cpu, c => writing[c].IsNone),
            "if all CPUs write, one of the writes ends");
    }

    private void Write(ThreadBuilder t, Expr c)
    {
        var keepsInterrupts = m.Has(KernelAlias.InterruptsOn);
        Expr x = at[c].Value;
        t.Step("wr_memcpy", frame, (s, f) => s.Set(writing[c], f).From(Mails.Vmap));
        if (!keepsInterrupts)
        {
            t.Step("local_irq_save", s => mapping.SetInterrupts(s, c, areOn: false).From(Mails.Vmap));
        }

        t.Step("vmap", mapping.Va, (s, free) => s
            .When(area[free] == Area.Free).Set(area[free], Area.Used).Set(at[c], free)
            .Set(mapping.Pages.Shared(free), mapping.To(writing[c].Value, true))
            .SetIf(mapping.HasInterruptsOff(c), slept, true)
            .From(Mails.Vmap, KernelCode.Vmap));
        t.Step("__write_once_size", s =>
        {
            mapping.Store(s, c, x, writing[c].Value);
            s.Shows(at[c], writing[c]).From(Mails.Vmap);
        });
        t.Step("vunmap", s => s
            .Set(mapping.Pages.Shared(x), None)
            .SetIf(mapping.HasInterruptsOff(c), slept, true)
            .Set(area[x], m.Has(KernelAlias.FlushNow) ? Area.Used : Area.Lazy)
            .Shows(at[c]).From(Mails.VmapIsABug, KernelCode.Vmap, KernelCode.NoFlush));
        if (m.Has(KernelAlias.FlushNow))
        {
            mapping.Flush(t, c, at[c], m.Has(KernelAlias.LocalFlush), KernelCode.KernelRange);
        }

        t.Step(keepsInterrupts ? "return" : "local_irq_restore", s =>
        {
            s.Set(writing[c], None).Set(at[c], None).Shows().From(Mails.Vmap);
            if (!keepsInterrupts)
            {
                mapping.SetInterrupts(s, c, areOn: true);
            }

            if (m.Has(KernelAlias.FlushNow))
            {
                s.Set(area[x], Area.Free);
            }
        });
    }

    private void Purge(ThreadBuilder t, Expr c)
    {
        t.Step("__purge_vmap_area_lazy", s => s
            .When(!purgeLock & Exists(mapping.Va, x => area[x] == Area.Lazy))
            .Set(purgeLock, true)
            .Each(mapping.Va, x => s.SetIf(area[x] == Area.Lazy, area[x], Area.Purging))
            .From(KernelCode.Purge));
        mapping.Flush(t, c, None, isLocal: false, KernelCode.Purge, KernelCode.KernelRange);
        t.Step("free_vmap_area", s => s
            .Set(purgeLock, false)
            .Each(mapping.Va, x => s.SetIf(area[x] == Area.Purging, area[x], Area.Free))
            .From(KernelCode.Purge));
    }
}
