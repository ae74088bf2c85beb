using Verify.Modelling;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ownership;

/// <summary>The ways to make all CPUs drop an address that has left the direct map.</summary>
internal abstract class XpfoFlush
{
    /// <summary>True if the kernel thread of a CPU can start something.</summary>
    public virtual Expr CanBegin(Expr c) => true;

    /// <summary>True if a CPU runs kernel code.</summary>
    public virtual Expr RunsKernel(Expr c) => true;

    /// <summary>Extends a step: a CPU allocates a frame for user space.</summary>
    public virtual StepBuilder Allocate(StepBuilder s, Expr c, Expr f) => s;

    /// <summary>True if an attacker can make kernel code on a CPU use a frame, as far as it depends on tasks.</summary>
    public virtual Expr CanAttack(Expr c, Expr f) => true;

    /// <summary>Adds the steps of the CPU that has cleared the PTE.</summary>
    public abstract void Add(ThreadBuilder t, Expr c, Expr page);

    /// <summary>Adds the steps of other CPUs; the last argument is true if a CPU is idle in the kernel.</summary>
    public abstract void AddOthers(ModelBuilder m, Func<Expr, Expr> isIdle);
}

/// <summary>flush_tlb_kernel_range(): all CPUs flush before the caller goes on.</summary>
internal sealed class FlushNow(KernelMapping mapping) : XpfoFlush
{
    public override void Add(ThreadBuilder t, Expr c, Expr page) =>
        mapping.Flush(t, c, page, isLocal: false, Mails.FlushKernel);

    public override void AddOthers(ModelBuilder m, Func<Expr, Expr> isIdle) => mapping.AddAnswers(m);
}

/// <summary>A flag for each CPU, which is served at its next context switch, and at kernel entry if that is chosen.</summary>
internal sealed class FlushAtSwitch : XpfoFlush
{
    private readonly KernelMapping mapping;
    private readonly PendingFlushes pending;
    private readonly Expr? read;
    private readonly Expr? inKernel;
    private readonly bool isOutside;
    private readonly MissedFlush missed;

    public FlushAtSwitch(ModelBuilder m, KernelMapping mapping)
    {
        this.mapping = mapping;
        pending = mapping.Defer(m, "pending_xpfo_flush");
        inKernel = m.Has(Xpfo.AtEntry) ? m.Map("in_kernel", mapping.Cpu, Sort.Bool) : null;
        read = m.Has(Xpfo.AtomicMask) || inKernel is not null ? null : m.Map("cpumask_read", mapping.Cpu, mapping.Cpu, Sort.Bool);
        isOutside = m.Assumes(Xpfo.Outside);
        missed = new MissedFlush(m, mapping.Cpu);
    }

    public override Expr CanBegin(Expr c) => RunsKernel(c);

    public override Expr RunsKernel(Expr c) => inKernel is null ? true : inKernel[c];

    public override void Add(ThreadBuilder t, Expr c, Expr page)
    {
        mapping.Flush(t, c, page, isLocal: true, Mails.FlushLater);
        if (read is null)
        {
            t.Step("cpumask_or", s => pending.Post(missed.Owe(s, c), c)
                .When(isOutside ? ForAll(mapping.Cpu, d => d == c | !RunsKernel(d)) : true).From(Mails.FlushLater));
            return;
        }

        t.Step("cpumask_or (read)", s => s
            .Each(mapping.Cpu, d => s.Set(read[c, d], pending[d])).From(Mails.FlushLater));
        t.Step("cpumask_or (write)", s => pending.PostOver(missed.Owe(s, c), c, d => read[c, d])
            .Each(mapping.Cpu, d => s.Set(read[c, d], false)).From(Mails.FlushLater));
    }

    public override void AddOthers(ModelBuilder m, Func<Expr, Expr> isIdle)
    {
        m.Rule("switch_mm_irqs_off", mapping.Cpu, (s, c) => pending
            .Serve(missed.Check(s, c, isServed: pending[c]), c)).From(Mails.Switch);
        if (inKernel is not null)
        {
            m.Rule("kernel entry", mapping.Cpu, (s, c) => pending
                .Serve(s.When(!inKernel[c]).Set(inKernel[c], true), c));
            m.Rule("return to user space", mapping.Cpu, (s, c) => s
                .When(inKernel[c] & isIdle(c)).Set(inKernel[c], false));
        }

        missed.AddInvariant(m);
    }
}

/// <summary>A mask of CPUs in the task that has unmapped the page, which is served when a CPU switches to that task.</summary>
internal sealed class FlushByTask : XpfoFlush
{
    private readonly KernelMapping mapping;
    private readonly Sort task;
    private readonly Expr pending;
    private readonly Expr current;
    private readonly Expr? allocatedBy;
    private readonly MissedFlush missed;

    public FlushByTask(ModelBuilder m, KernelMapping mapping)
    {
        this.mapping = mapping;
        task = m.ScalarSet("task", m.Size("cpu") + 1, "T");
        pending = m.Map("pending_xpfo_flush", task, mapping.Cpu, Sort.Bool);
        current = m.Map("current", mapping.Cpu, Sort.Option(task));
        allocatedBy = m.Assumes(Xpfo.OneTask) ? m.Map("allocated_by", mapping.Va, Sort.Option(task)) : null;
        missed = new MissedFlush(m, mapping.Cpu);
    }

    public override Expr CanBegin(Expr c) => current[c].HasValue;

    public override StepBuilder Allocate(StepBuilder s, Expr c, Expr f) =>
        allocatedBy is null ? s : s.Set(allocatedBy[f], current[c]);

    public override Expr CanAttack(Expr c, Expr f) =>
        allocatedBy is null ? true : current[c] == allocatedBy[f];

    public override void Add(ThreadBuilder t, Expr c, Expr page)
    {
        mapping.Flush(t, c, page, isLocal: true, Mails.FlushLaterByTask);
        t.Step("cpumask_setall", s => missed.Owe(s, c)
            .Each(mapping.Cpu, d => s.Set(pending[current[c].Value, d], d != c)).Shows(current[c]).From(Mails.FlushLaterByTask));
    }

    public override void AddOthers(ModelBuilder m, Func<Expr, Expr> isIdle)
    {
        m.Rule("switch_mm_irqs_off", mapping.Cpu, task, (s, c, next) => missed
            .Check(s.When(isIdle(c) & ForAll(mapping.Cpu, d => current[d] != next)), c, isServed: pending[next, c])
            .Set(current[c], next)
            .If(pending[next, c], () =>
            {
                s.Set(pending[next, c], false);
                mapping.Invalidate(s, c, None);
            })).From(Mails.SwitchByTask);
        missed.AddInvariant(m);
    }
}

/// <summary>The note of an observer: which CPUs were to flush, and whether one has switched without doing so.</summary>
internal sealed class MissedFlush(ModelBuilder m, Sort cpu)
{
    private readonly Expr owed = m.Ghost("flush_owed", Sort.Map(cpu, Sort.Bool));
    private readonly Expr hasMissed = m.Ghost("flush_missed", Sort.Bool);

    /// <summary>Extends a step: all CPUs but the caller's are to flush at their next switch.</summary>
    public StepBuilder Owe(StepBuilder s, Expr c) => s.Each(cpu, d => s.SetIf(d != c, owed[d], true));

    /// <summary>Extends a step: a CPU switches.</summary>
    public StepBuilder Check(StepBuilder s, Expr c, Expr isServed) =>
        s.SetIf(owed[c] & !isServed, hasMissed, true).Set(owed[c], false);

    /// <summary>Adds I-SERVED.</summary>
    public void AddInvariant(ModelBuilder m) => m.Always("I-SERVED", !hasMissed,
        "a CPU that was to flush has flushed after its next context switch");
}
