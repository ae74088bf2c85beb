using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>use_temporary_mm() and unuse_temporary_mm() around a thread's use of the alias.</summary>
/// <param name="m">The model.</param>
/// <param name="machine">The machine of the thread.</param>
/// <param name="t">The program.</param>
/// <param name="c">The CPU of the thread.</param>
internal sealed class Window(ModelBuilder m, AliasMachine machine, ThreadBuilder t, Expr c)
{
    private readonly bool keepsInterruptsOff = m.Has(TemporaryMm.ModifyPointer)
        ? m.Has(TemporaryMm.AtomicBody)
        : !m.Has(TemporaryMm.InterruptsOn) && !m.Has(TemporaryMm.Preemptible);

    /// <summary>Extends a step: the thread waits for its CPU, if it can be preempted.</summary>
    public StepBuilder Run(StepBuilder s) => s.When(machine.HasCpu(c));

    /// <summary>Adds the steps that open the window.</summary>
    /// <param name="disable">The name of the step that disables interrupts.</param>
    public void Open(string disable)
    {
        if (keepsInterruptsOff)
        {
            t.Step(disable, s => machine.Spaces.SetInterrupts(s, c, areOn: false).From(KernelCode.TextPoke));
        }
    }

    /// <summary>Adds use_temporary_mm().</summary>
    public void Use()
    {
        machine.Spaces.SwitchIn(t, c, machine.HasCpu(c), keepsInterruptsOff);
        if (!m.Has(TemporaryMm.BreakpointsOn))
        {
            t.Step("hw_breakpoint_disable", s => Run(s).Set(machine.Armed[c], false).From(KernelCode.Use));
        }
    }

    /// <summary>Adds unuse_temporary_mm().</summary>
    public void Unuse()
    {
        if (machine.IsPreemptible)
        {
            // A thread that was preempted may have the previous mm loaded already.
            t.Branch("unuse_temporary_mm", machine.Spaces.SeemsLoaded(c, countsSwitching: false),
                SwitchBack,
                () => t.Step("switch_mm_irqs_off (same mm)", s => machine.Spaces.SetInterrupts(s, c, areOn: true)),
                s => machine.Spaces.SetInterrupts(Run(s), c, areOn: false).From(KernelCode.Use));
        }
        else
        {
            SwitchBack();
        }

        if (!m.Has(TemporaryMm.BreakpointsOn))
        {
            t.Step("hw_breakpoint_restore", s => Run(s).Set(machine.Armed[c], machine.Watchpoint[c]).From(KernelCode.Use));
        }
    }

    /// <summary>Makes the CPU keep the temporary mm until the next context switch.</summary>
    public void StayLazy()
    {
        t.Step("enter_lazy_tlb", s => Close(machine.Spaces.EnterLazyMode(s, c)).Set(machine.Armed[c], machine.Watchpoint[c]));
        machine.Spaces.SwitchOut(t, c);
    }

    /// <summary>Extends a step: the call is over.</summary>
    public StepBuilder Close(StepBuilder s) => machine.Spaces
        .SetInterrupts(Run(s), c, areOn: true).Set(machine.Writing[c], None);

    private void SwitchBack() => machine.Spaces.SwitchOut(t, c,
        isTemporary: machine.Rules.KeepsBit && !m.Has(TemporaryMm.KeepBit), keepsInterruptsOff);
}
