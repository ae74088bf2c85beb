using Verify.Modelling;

namespace Verify.Models.ProtectedData;

/// <summary>The proposals and the objections to them.</summary>
public static class Mails
{
    /// <summary>One call per write, over a separate address space; the cost of rare_alloc.</summary>
    public static readonly Source Lutomirski = Source.Mail(
        "Andy Lutomirski, prmem: documentation", "2018-10-30", "answer to Matthew Wilcox in the thread of PATCH 10/17");

    /// <summary>rare_alloc, rare_protect and rare_modify.</summary>
    public static readonly Source Wilcox = Source.Mail(
        "Matthew Wilcox, prmem: documentation", "2018-10-30", "quoted by Andy Lutomirski in the thread of PATCH 10/17");

    /// <summary>vmap for every write.</summary>
    public static readonly Source Vmap = Source.Mail(
        "Igor Stoppa, prmem: write rare for static allocation", "2018-10-24", "20181023213504.28905-3-igor.stoppa@huawei.com");

    /// <summary>Calling vunmap with interrupts off is a bug.</summary>
    public static readonly Source VmapIsABug = Source.Mail(
        "Peter Zijlstra, prmem: write rare for static allocation", "2018-10-26",
        "answer to 20181023213504.28905-3-igor.stoppa@huawei.com");

    /// <summary>A permanent alias of the whole region, made with PAGE_KERNEL.</summary>
    public static readonly Source PermanentAlias = Source.Mail(
        "Igor Stoppa, __wr_after_init: x86_64: __wr_op", "2018-12-21", "20181221181423.20455-6-igor.stoppa@huawei.com");

    /// <summary>A function for each kind of write, in place of one operation with a parameter for the kind.</summary>
    public static readonly Source MemcpyApi = Source.Mail(
        "Matthew Wilcox, __wr_after_init: x86_64: __wr_op", "2018-12-20", "answer to 20181219213338.26619-5-igor.stoppa@huawei.com");

    /// <summary>Interrupts stay on if no sensitive data is written.</summary>
    public static readonly Source InterruptsOn = new(
        "x86/mm: Allow temporary MMs when IRQs are on", "58f8ffa91766");

    /// <summary>The question why the bit is cleared at all.</summary>
    public static readonly Source WhyClear = Source.Mail(
        "Ingo Molnar, WARNING in switch_mm_irqs_off", "2025-04-14", "Z_0uwvnbusKR2WqC@gmail.com");

    /// <summary>Lazy TLB mode is left first.</summary>
    public static readonly Source LeaveLazy = Source.Mail(
        "Juergen Gross, x86/alternative: don't call text_poke() in lazy TLB mode", "2020-10-09",
        "20201009144225.12019-1-jgross@suse.com");

    /// <summary>The flush of a vmalloc address left out the direct map.</summary>
    public static readonly Source DirectMapAlias = new("x86/mm/cpa: Flush direct map alias during cpa", "ab5130186d74");
}
