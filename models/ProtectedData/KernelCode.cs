using Verify.Modelling;

namespace Verify.Models.ProtectedData;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    private const string Alternative = "arch/x86/kernel/alternative.c";

    public static readonly Source TextPoke = Source.Kernel("__text_poke", Alternative, "as of 6.16");
    public static readonly Source TextPokeKgdb = Source.Kernel("text_poke_kgdb", Alternative, "as of 6.16");
    public static readonly Source OldTextPoke = Source.Kernel("__text_poke", Alternative, "as of 5.13 to 6.13");
    public static readonly Source Use =
        Source.Kernel("use_temporary_mm, unuse_temporary_mm", "arch/x86/mm/tlb.c", "58f8ffa91766");
    public static readonly Source FlushRange = Source.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    public static readonly Source ShouldFlush = Source.Kernel("should_flush_tlb", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    public static readonly Source Nmi = Source.Kernel("nmi_uaccess_okay", "arch/x86/mm/tlb.c", "as of 6.13");
    public static readonly Source KgdbBreakpoint =
        Source.Kernel("kgdb_arch_set_breakpoint", "arch/x86/kernel/kgdb.c", "as of 5.1 to 6.1");
    public static readonly Source ManyCpus = Source.Kernel("smp_call_function_many_cond", "kernel/smp.c", "v6.19");
    public static readonly Source Schedule = Source.Kernel("context_switch", "kernel/sched/core.c", "v6.19");
    public static readonly Source CopyToUser = Source.Kernel("copy_to_user", "include/linux/uaccess.h", "v6.19");
    public static readonly Source Ptrace = Source.Kernel("ptrace_set_debugreg", "arch/x86/kernel/ptrace.c", "v6.19");
    public static readonly Source Vmap = Source.Kernel("vmap, vunmap", "mm/vmalloc.c", "as of 6.2");
    public static readonly Source NoFlush = Source.Kernel("free_vmap_area_noflush", "mm/vmalloc.c", "as of 4.11 to 5.6");
    public static readonly Source Purge = Source.Kernel("__purge_vmap_area_lazy", "mm/vmalloc.c", "as of 4.11 to 6.8");
    public static readonly Source SetMemory =
        Source.Kernel("change_page_attr_set_clr, cpa_flush", "arch/x86/mm/pat/set_memory.c", "ab5130186d74");
    public static readonly Source KernelRange = Source.Kernel("flush_tlb_kernel_range", "arch/x86/mm/tlb.c", "016c4d92cd16");
    public static readonly Source Global = Source.Manual("Global pages", "Intel SDM 3A, 4.10.2.4");
    public static readonly Source Invlpg = Source.Manual("INVLPG", "Intel SDM 3A, 4.10.4.1");
    public static readonly Source DataBreakpoint = Source.Manual("Data breakpoints match linear addresses", "Intel SDM 3B, 18.2");
}
