using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>The protection of a page of the direct map.</summary>
internal enum Protection
{
    /// <summary>The page is free, or in any other use.</summary>
    None,

    /// <summary>rare_alloc() has returned the page with a writable pointer.</summary>
    Writable,

    /// <summary>rare_protect() has returned the read-only pointer, and all users rely on it.</summary>
    Protected,
}

/// <summary>rare_alloc(), rare_protect() and the free, over a direct map that all CPUs share.</summary>
internal sealed class ProtectingAllocator
{
    private readonly ModelBuilder m;
    private readonly Architecture architecture;
    private readonly Sort cpu;
    private readonly Sort frame;
    private readonly KernelMapping mapping;
    private readonly Expr protection;
    private readonly Expr ready;
    private readonly BlockMapping? block;
    private readonly PendingFlushes? pending;
    private readonly bool isLocal;

    public ProtectingAllocator(ModelBuilder m)
    {
        this.m = m;
        architecture = Architecture.Of(m);
        cpu = m.Processors("cpu", m.Size("cpu"));
        frame = m.ScalarSet("frame", m.Size("frame"), "f");
        mapping = new KernelMapping(m, cpu, frame, frame, architecture, disablesInterrupts: false);
        protection = m.Map("page", frame, Sort.Enum<Protection>());
        ready = mapping.AddDirectMap(m, f => mapping.To(f, true));
        block = m.Has(RareAlloc.BlockMapping) ? new BlockMapping(m, architecture) : null;
        pending = m.Has(RareAlloc.Deferred) ? mapping.Defer(m, "flush_at_switch") : null;
        isLocal = m.Has(RareAlloc.NoIpi) || m.Has(RareAlloc.Deferred);
    }

    public void Describe()
    {
        m.Thread("rare", cpu, repeats: true, Program);
        m.Rule("rare_free", frame, (s, f) => mapping.SetWritable(s
            .When(protection[f] == Protection.Protected).Set(protection[f], Protection.None), f, true).By("kernel"))
            .From(KernelCode.SetMemory);
        if (!isLocal && !m.Has(RareAlloc.AliasOnly) && !m.Has(RareAlloc.Unprotected))
        {
            mapping.AddAnswers(m);
        }

        if (pending is not null)
        {
            m.Rule("context switch: flush", cpu, (s, d) => pending.Serve(s.When(pending[d]), d))
                .From(KernelCode.Schedule);
        }

        mapping.AddEnvironment(m);
        if (!m.Assumes(RareAlloc.NoWild))
        {
            m.Rule("stray store", cpu, frame, (s, c, f) =>
                mapping.StoreAstray(s, c, f, protection[f] == Protection.Protected));
        }

        Expr isDefined = block?.IsDefined ?? true;
        m.Always("I-RO", isDefined & !mapping.Changed, "what rare_protect() has made read-only does not change");
        m.Always("I-WALIAS", isDefined & ForAll(cpu, frame, (c, f) =>
            mapping.Reaches(c, f).Implies(protection[f] != Protection.Protected)),
            "no CPU can store to a page that rare_protect() has made read-only");
        m.Always("I-CTX", isDefined & !mapping.Failed, "who has allocated a page can store to it");
        block?.AddInvariant(m);
        m.NoDeadlock("no deadlock");
        m.Reachable("a page is protected", Exists(frame, f => protection[f] == Protection.Protected));
    }

    private void Program(ThreadBuilder t, Expr c)
    {
        var page = t.Local("page", frame);
        t.Step("rare_alloc", frame, (s, f) => s
            .When(ready & protection[f] == Protection.None)
            .Set(protection[f], Protection.Writable).Set(page, f).From(Mails.Wilcox));
        t.Step("p->a = x", s =>
        {
            mapping.Store(s, c, page.Value, page.Value);
            s.Shows(page).From(Mails.Wilcox);
        });
        if (!m.Has(RareAlloc.Unprotected))
        {
            t.Step("set_memory_ro", s =>
            {
                mapping.SetWritable(s, page.Value, false).Shows(page).From(KernelCode.SetMemory);
                block?.Split(s);
            });
        }

        if (m.Has(RareAlloc.PublishFirst))
        {
            Publish(t, page);
            mapping.Flush(t, c, page, isLocal: false, KernelCode.SetMemory);
            return;
        }

        if (!m.Has(RareAlloc.AliasOnly) && !m.Has(RareAlloc.Unprotected))
        {
            mapping.Flush(t, c, page, isLocal, KernelCode.SetMemory);
        }

        if (pending is not null)
        {
            t.Step("flush at next switch", s => pending.Post(s, c).Shows());
        }

        Publish(t, page);
    }

    private void Publish(ThreadBuilder t, Expr page) => t.Step("rare_protect returns", s => s
        .Set(protection[page.Value], Protection.Protected).Shows(page).From(Mails.Wilcox));
}
