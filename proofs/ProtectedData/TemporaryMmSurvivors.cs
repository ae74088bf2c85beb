using System.Collections.Immutable;
using Verify.Models.ProtectedData;

namespace Verify.Proofs.ProtectedData;

/// <summary>The parts that no claim about a temporary address space needs.</summary>
public sealed class TemporaryMmSurvivors() : SurvivorReasons(new TemporaryMm())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][pokingaddress].HasValue"),
        Because(CommonReasons.OtherFill,
            "speculative walk: tlb[cpu][frame] := pte[frame]",
            "speculative walk: tlb[cpu][pokingaddress] := pte[pokingaddress]",
            "writer.copy_to_user (alias): tlb[…",
            "writer.p->a = x: tlb[…",
            "writer.store through a kept p: tlb[…"),
        Because("The switch turns interrupts off before anything is loaded.",
            "writer.local_irq_disable: irqs_off[cpu] := true",
            "writer.local_irq_save: irqs_off[cpu] := true"),
        Because("Where interrupts are on while the temporary mm is loaded, a handler may as well come before this step.",
            "writer.unuse_temporary_mm: irqs_off[cpu] := true",
            "writer.loaded_mm = SWITCHING (other): irqs_off[cpu] := true"),
        Because("What a TLB has of a permanent alias stays right.",
            "writer.load_new_mm_cr3: tlb[cpu][each frame] := None if !(ctx.tlb_gen[cpu] == writer.next_tlb_gen[cpu])"),
        Because("loaded_mm names the temporary mm until the switch ends, which keeps NMI handlers out as well.",
            "writer.loaded_mm = SWITCHING (other): loaded_mm[cpu] := Switching"),
        Because("The last step of the switch does it too.", "writer.loaded_mm = SWITCHING (other): is_lazy[cpu] := false"),
        Because("The load on the way in drops these entries too, and nothing uses them in between.",
            "writer.load_new_mm_cr3 (other): tlb[cpu][each pokingaddress] := None"),
        Because("It ends the runs with the last generation. Without it they end a few steps later.",
            "writer.text_poke: tlb_gen < 3",
            "writer.text_poke: tlb_gen + (Count cpu2: cpu. writing[cpu2].HasValue) < 2",
            "writer.get_locked_pte: tlb_gen < 3",
            "writer.get_locked_pte: tlb_gen < 2",
            "writer.kgdb_arch_set_breakpoint: tlb_gen < 2"),
        Because("Interrupts are off, or nothing preempts the writer, or the claims are refuted before the flush.",
            "writer.inc_mm_tlb_gen: preempt_off[cpu] := true"),
        Because("The CPU stops in its next write, or the debugger holds the others for good, which is fewer runs. That a write ends is "
            + "asked without either.",
            "writer.put_cpu: preempt_off[cpu] := false",
            "writer.return: debugger := None"),
        Because("A CPU that is asked to flush has left the temporary mm, where no two write at a time: it has nothing to drop, and its "
            + "interrupts are on. Whether its bit goes decides only how often it is asked.",
            "writer.smp_call_function_many: Exists cpu2: cpu. writer.others[cpu][cpu2]",
            "writer.smp_call_function_many: flush_va[cpu] := Some(pokingaddress)",
            "writer.put_cpu: !(Exists cpu2: cpu. writer.others[cpu][cpu2])",
            "writer.flush is complete: flush_va[cpu] := None",
            "flush_tlb_func: pending[cpu2][cpu]",
            "flush_tlb_func: !irqs_off[cpu]",
            "flush_tlb_func: mm_cpumask[cpu] := false if loaded_mm[cpu] == UserMm"),
        Because("The claims about an mm that stays loaded, or about a thread that is preempted with it, are refuted all the same, as soon "
            + "and no sooner.",
            "writer.enter_lazy_tlb: is_lazy[cpu] := true",
            "writer.enter_lazy_tlb: irqs_off[cpu] := false",
            "writer.enter_lazy_tlb: dr7[cpu] := watchpoint[cpu]",
            "writer.loaded_mm (other): irqs_off[cpu] := false",
            "writer.unuse_temporary_mm: !preempted[cpu]",
            "writer.inc_mm_tlb_gen: !preempted[cpu]",
            "writer.return: !preempted[cpu]",
            "writer.switch_mm_irqs_off (same mm): irqs_off[cpu] := false",
            "stray store: !writing[cpu].HasValue | preempted[cpu]",
            "schedule (to a user thread): writing[cpu].HasValue",
            "schedule (to a user thread): !preempt_off[cpu]",
            "schedule (to a user thread): loaded_mm[cpu] := UserMm if cr3[cpu] == TemporaryMm",
            "schedule (to a kernel thread): writing[cpu].HasValue",
            "schedule (to a kernel thread): !preempt_off[cpu]",
            "schedule (to a kernel thread): is_lazy[cpu] := true if cr3[cpu] == TemporaryMm",
            "schedule (back): loaded_mm[cpu] := UserMm if cr3[cpu] == TemporaryMm",
            "schedule (back): is_lazy[cpu] := false if cr3[cpu] == TemporaryMm"),
    ];
}
