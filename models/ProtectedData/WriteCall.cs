using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>A call that writes protected data: __text_poke(), or rare_write() over a permanent alias.</summary>
internal sealed class WriteCall(ModelBuilder m, AliasMachine machine)
{
    private readonly AddressSpaces spaces = machine.Spaces;
    private readonly Expr? mutex = m.Assumes(TemporaryMm.Exclusive) && !machine.IsPermanent ? m.Var("text_mutex", Sort.Bool) : null;
    private readonly Expr? tableLock = machine.IsPermanent || m.Has(TemporaryMm.NoPtl) ? null : m.Var("ptl", Sort.Bool);
    private readonly bool hasFlush = !machine.IsPermanent && !m.Has(TemporaryMm.NoBump) && !m.Has(TemporaryMm.Invlpg);

    // True if the cpumask can contain another CPU, which then has to be interrupted.
    private readonly bool canAsk = m.Has(TemporaryMm.KeepBit) || (m.Has(TemporaryMm.NoPtl) && !m.Assumes(TemporaryMm.Exclusive));
    private Shootdown? shootdown;
    private Expr? asked;

    public void Describe()
    {
        if (hasFlush)
        {
            asked = m.Ghost("asked_with_irqs_off", Sort.Bool);
            shootdown = canAsk ? new Shootdown(m, machine.Cpu, machine.Va, Architecture.X86, isConcurrent: true) : null;
        }

        m.Thread("writer", machine.Cpu, repeats: true, Program);
        if (asked is not null)
        {
            m.Always("I-IPI", !asked, "no CPU that has interrupts off asks others to flush, which the kernel warns of");
        }

        if (shootdown is not null)
        {
            shootdown.AddAnswers(m, machine.HasInterrupts,
                (s, from, d) => spaces.Answer(s, d, shootdown.Address(from)), isFair: true);
            m.LeadsTo("L-PROG",
                Exists(machine.Cpu, c => !shootdown.IsComplete(c)), ForAll(machine.Cpu, c => shootdown.IsComplete(c)),
                "a CPU that waits for others to answer an interrupt is answered");
        }
    }

    private void Program(ThreadBuilder t, Expr c)
    {
        var window = new Window(m, machine, t, c);
        Begin(t, c);
        window.Open(machine.IsPermanent ? "local_irq_disable" : "local_irq_save");
        if (!machine.IsPermanent)
        {
            t.Step("set_pte_at", machine.Va, (s, x) => window.Run(s)
                .Set(machine.Pages.Shared(x), machine.Translation.To(machine.Writing[c].Value))
                .Shows(machine.Writing[c]).From(KernelCode.TextPoke));
        }

        window.Use();
        Store(t, c, window);
        if (!machine.IsPermanent)
        {
            t.Step("pte_clear", machine.Va, (s, x) => window.Run(s)
                .Set(machine.Pages.Shared(x), None).Shows().From(KernelCode.TextPoke));
        }

        if (m.Has(TemporaryMm.Invlpg))
        {
            t.Step("__flush_tlb_one_user", machine.Va, (s, x) => machine.Tlb.Drop(window.Run(s), c, x)
                .Shows().From(KernelCode.Invlpg));
        }

        if (m.Has(TemporaryMm.StayLazy))
        {
            window.StayLazy();
            return;
        }

        window.Unuse();
        if (hasFlush)
        {
            Flush(t, c, window);
        }

        t.Step("return", s =>
        {
            window.Close(s);
            foreach (var held in new[] { tableLock, mutex })
            {
                if (held is not null)
                {
                    s.Set(held, false);
                }
            }

            if (machine.Debugger is not null)
            {
                s.Set(machine.Debugger, None);
            }

            s.From(KernelCode.TextPoke);
        });
    }

    private void Begin(ThreadBuilder t, Expr c)
    {
        // Bounds the run. Without a lock, calls that are in progress will need a generation too.
        Expr isLeft = !hasFlush ? true
            : mutex is null && tableLock is null
                ? spaces.Generation + Count(machine.Cpu, d => machine.Writing[d].HasValue) < m.Size("gens")
                : spaces.HasGenerationsLeft;
        void Call() => t.Step(machine.IsPermanent ? "rare_write" : "text_poke", machine.Frame, (s, f) =>
        {
            s.When(machine.CanBegin(c) & (mutex is null && tableLock is not null ? true : isLeft)).Set(machine.Writing[c], f)
                .From(machine.IsPermanent ? Mails.Lutomirski : KernelCode.TextPoke);
            if (mutex is not null)
            {
                s.When(!mutex).Set(mutex, true);
            }
        });
        void CallOfDebugger() => t.Step("kgdb_arch_set_breakpoint", machine.Frame, (s, f) => s
            .When(machine.CanBegin(c) & isLeft & machine.Debugger!.IsNone & !mutex!)
            .Set(machine.Debugger, c).Set(machine.Writing[c], f)
            .From(KernelCode.KgdbBreakpoint, KernelCode.TextPokeKgdb));
        if (machine.Debugger is null)
        {
            Call();
        }
        else
        {
            t.Either(Call, CallOfDebugger);
        }

        if (tableLock is not null)
        {
            t.Step("get_locked_pte", s => s.When(!tableLock & isLeft).Set(tableLock, true).From(KernelCode.TextPoke));
        }
    }

    private void Store(ThreadBuilder t, Expr c, Window window)
    {
        if (!machine.IsPermanent)
        {
            t.Step("memcpy", machine.Va, (s, x) =>
            {
                machine.Store(window.Run(s), c, x, machine.Writing[c].Value);
                s.Shows(machine.Writing[c]).From(KernelCode.TextPoke);
            });
        }
        else if (!m.Has(TemporaryMm.WriteCopy))
        {
            t.Step("copy_to_user (alias)", s =>
            {
                machine.Store(window.Run(s), c, machine.Writing[c].Value, machine.Writing[c].Value);
                s.Shows(machine.Writing[c]).From(Mails.PermanentAlias);
            });
        }
        else
        {
            t.Label("copying");
            t.Step("copy_to_user (alias)", machine.Frame, (s, f) =>
            {
                machine.Store(window.Run(s), c, f, f);
                s.From(Mails.PermanentAlias);
            });
            t.Either(() => t.Goto("copying"), () => { });
        }
    }

    // flush_tlb_mm_range(). The mm is loaded nowhere by then, so only the generation changes.
    private void Flush(ThreadBuilder t, Expr c, Window window)
    {
        t.Step("inc_mm_tlb_gen", s => spaces.Bump(window.Run(s), c).From(KernelCode.FlushRange));
        Expr IsOther(Expr d) => spaces.Cpumask[d] & d != c;
        if (shootdown is null)
        {
            t.Step("cpumask_any_but", s => spaces.EnablePreemption(s, c)
                .SetIf(Exists(machine.Cpu, IsOther) & !spaces.HasInterrupts(c), asked!, true)
                .From(KernelCode.FlushRange, KernelCode.ManyCpus));
            return;
        }

        var others = t.Local("others", Sort.Set(machine.Cpu), Fill(Sort.Set(machine.Cpu), false));
        t.Step("mm_cpumask", s => s
            .Each(machine.Cpu, d => s.Set(others[d], IsOther(d)))
            .SetIf(Exists(machine.Cpu, IsOther) & !spaces.HasInterrupts(c), asked!, true)
            .Shows().From(KernelCode.FlushRange, KernelCode.ManyCpus));
        if (machine.Rules.LooksAtLoaded)
        {
            t.Either(
                () => t.Step("should_flush_tlb: loaded_mm", s => s
                    .Each(machine.Cpu, d => s.Set(others[d], others[d] & spaces.SeemsLoaded(d, countsSwitching: true)))
                    .Shows().From(KernelCode.ShouldFlush)),
                () => t.Step("should_trim_cpumask", s => s.Shows().From(KernelCode.ShouldFlush)));
        }

        t.If(Exists(machine.Cpu, d => others[d]), () =>
        {
            t.Step("smp_call_function_many", machine.Va, (s, x) => shootdown
                .Send(s, c, d => others[d] & !spaces.IsLazy(d), Some(x))
                .Shows().From(KernelCode.ManyCpus));
            t.Step("flush is complete", s => shootdown.Finish(s, c).Shows());
        });
        t.Step("put_cpu", s => spaces.EnablePreemption(s, c).From(KernelCode.FlushRange));
    }
}
