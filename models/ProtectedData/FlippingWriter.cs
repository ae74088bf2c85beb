using Verify.Modelling;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>A writer that calls set_memory_rw(), writes, and calls set_memory_ro(); one writer at a time.</summary>
internal sealed class FlippingWriter(ModelBuilder m, KernelMapping mapping, Expr writing, Expr at)
{
    private readonly Expr writeLock = m.Var("write_lock", Sort.Bool);
    private readonly Expr ready = m.Var("mapped_read_only", Sort.Bool);

    public void Describe()
    {
        m.Rule("mark_rodata_ro", s => s
            .When(!ready).Set(ready, true)
            .Each(mapping.Va, f => s.Set(mapping.Pages.Shared(f), mapping.To(f, false))).By("boot"))
            .From(KernelCode.SetMemory);
        m.Thread("writer", mapping.Cpu, repeats: true, Write);
        mapping.AddAnswers(m);
    }

    private void Write(ThreadBuilder t, Expr c)
    {
        Expr x = at[c].Value;
        t.Step("lock", mapping.Va, (s, f) => s
            .When(ready & !writeLock).Set(writeLock, true).Set(writing[c], f).Set(at[c], f));
        t.Step("set_memory_rw", s => mapping.SetWritable(s, x, true).Shows(at[c]).From(KernelCode.SetMemory));
        mapping.Flush(t, c, at[c], isLocal: false, KernelCode.SetMemory);
        t.Step("memcpy", s =>
        {
            mapping.Store(s, c, x, x);
            s.Shows(at[c]);
        });
        t.Step("set_memory_ro", s => mapping.SetWritable(s, x, false).Shows(at[c]).From(KernelCode.SetMemory));
        mapping.Flush(t, c, at[c], isLocal: m.Has(KernelAlias.LocalFlush), KernelCode.SetMemory);
        t.Step("unlock", s => s.Set(writeLock, false).Set(writing[c], None).Set(at[c], None).Shows());
    }
}
