using Verify.Modelling;

namespace Verify.Models.Ownership;

/// <summary>The XPFO patches, and what was said about them.</summary>
public static class Mails
{
    private const string Header = "include/linux/xpfo.h";
    private const string V9 = "RFC PATCH v9";

    /// <summary>The ninth version of the series.</summary>
    public static readonly Source Series = Source.Mail(
        "Khalid Aziz, Add support for eXclusive Page Frame Ownership, RFC v9", "2019-04-03",
        "cover.1554248001.git.khalid.aziz@oracle.com");

    /// <summary>An attacker reaches a page of user space through the direct map (ret2dir), as the patch has it.</summary>
    public static readonly Source Ret2Dir = Source.Mail(
        "Khalid Aziz, mm: Add support for eXclusive Page Frame Ownership, v9 03/13", "2019-04-03",
        "f1ac3700970365fb979533294774af0b0dd84b3b.1554248002.git.khalid.aziz@oracle.com");

    /// <summary>Other CPUs flush at their next context switch.</summary>
    public static readonly Source DeferredV9 = Source.Mail(
        "Khalid Aziz, xpfo, mm: Defer TLB flushes for non-current CPUs, v9 12/13", "2019-04-03",
        "4495dda4bfc4a06b3312cc4063915b306ecfaecb.1554248002.git.khalid.aziz@oracle.com");

    /// <summary>Other CPUs flush when they run the task that has unmapped the page.</summary>
    public static readonly Source DeferredV7 = Source.Mail(
        "Khalid Aziz, xpfo, mm: Defer TLB flushes for non-current CPUs, v7 16/16", "2019-01-10",
        "c97fd93699adc018d666c3842ee973cb0acced2c.1547153058.git.khalid.aziz@oracle.com");

    /// <summary>Lists of free pages are taken out of the direct map together.</summary>
    public static readonly Source Batched = Source.Mail(
        "Khalid Aziz, xpfo, mm: Optimize XPFO TLB flushes by batching them together, v9 13/13", "2019-04-03",
        "be3868d4514e969f22d37d76a591683be9f6b3ee.1554248002.git.khalid.aziz@oracle.com");

    /// <summary>The window is not small.</summary>
    public static readonly Source Lutomirski = Source.Mail(
        "Andy Lutomirski, xpfo, mm: Defer TLB flushes for non-current CPUs", "2019-04-05",
        "C1253C86-DD1F-469F-9B5E-ED7AA9FBEE4D@amacapital.net");

    /// <summary>The flush is called with interrupts off.</summary>
    public static readonly Source Zijlstra = Source.Mail(
        "Peter Zijlstra, xpfo, x86: Add support for XPFO for x86-64", "2019-04-04",
        "20190404075206.GP4038@hirez.programming.kicks-ass.net");

    /// <summary>kunmap_atomic() may be called from an interrupt.</summary>
    public static readonly Source ZijlstraKunmap = Source.Mail(
        "Peter Zijlstra, xpfo, mm: optimize spinlock usage in xpfo_kunmap", "2019-04-04",
        "20190404075648.GQ4038@hirez.programming.kicks-ass.net");

    /// <summary>The warning that a test of v6 ran into.</summary>
    public static readonly Source Warning = Source.Mail(
        "Tycho Andersen and Marco Benatto, mm, x86: Add support for XPFO, v6", "2017-09-11",
        "CADHkTqVu9qp6Z3toQpzP38upU-3Z4wg=K5E2imVPgxpeA2kdZA@mail.gmail.com");

    /// <summary>The decrement moves out of the lock, and the count is read again inside.</summary>
    public static readonly Source Stecklina = Source.Mail(
        "Julian Stecklina, xpfo, mm: optimize spinlock usage in xpfo_kunmap, v7 13/16", "2019-01-10",
        "95b6fa40ce6c7afb4a9e58f8d747d86aa7a94177.1547153058.git.khalid.aziz@oracle.com");

    /// <summary>A flush under the lock hangs the boot.</summary>
    public static readonly Source Hang = Source.Mail(
        "Khalid Aziz, xpfo, mm: Fix hang when booting with xpfotlbflush, v7 15/16", "2019-01-10",
        "c65c84a5e0a3df290d2b65dc36867bbedf51cb97.1547153058.git.khalid.aziz@oracle.com");

    /// <summary>A page that is not zeroed stays in the direct map.</summary>
    public static readonly Source NotZeroed = Source.Mail(
        "Tycho Andersen and Yisheng Xie, mm, x86: Add support for XPFO, v6", "2017-09-14",
        "689b2f87-46c5-b4be-67e0-a6639c420191@huawei.com");

    /// <summary>Contiguous entries in the direct map of arm64.</summary>
    public static readonly Source Conflicts = Source.Mail(
        "Laura Abbott, arm64/mm: Disable section mappings if XPFO is enabled", "2017-08-14",
        "86105819-3ec6-e220-5ba3-787bbeecb6ba@redhat.com");

    internal static readonly Source Alloc = Source.Kernel("xpfo_alloc_pages", "mm/xpfo.c", $"{V9} 03/13");
    internal static readonly Source OldAlloc = Source.Kernel("xpfo_alloc_pages", "mm/xpfo.c", "v7, 271df7e7ff76");
    internal static readonly Source Free = Source.Kernel("xpfo_free_pages", "mm/xpfo.c", $"{V9} 03/13");
    internal static readonly Source Hook = Source.Kernel("prep_new_page, post_alloc_hook", "mm/page_alloc.c", $"{V9} 03/13");
    internal static readonly Source Rmqueue = Source.Kernel("rmqueue_pcplist", "mm/page_alloc.c", "v4.19.1");
    internal static readonly Source Kmap = Source.Kernel("xpfo_kmap", Header, $"{V9} 03/13");
    internal static readonly Source Kunmap = Source.Kernel("xpfo_kunmap", Header, $"{V9} 11/13");
    internal static readonly Source KunmapLocked = Source.Kernel("xpfo_kunmap", Header, $"{V9} 03/13");
    internal static readonly Source KmapAtomic = Source.Kernel("kmap_atomic, __kunmap_atomic", Header, $"{V9} 03/13");
    internal static readonly Source SetKpte = Source.Kernel("set_kpte", "arch/x86/mm/xpfo.c", $"{V9} 04/13");
    internal static readonly Source FlushKernel = Source.Kernel("xpfo_flush_kernel_tlb", "arch/x86/mm/xpfo.c", $"{V9} 04/13");
    internal static readonly Source FlushLater =
        Source.Kernel("xpfo_flush_tlb_kernel_range", "arch/x86/mm/tlb.c", $"{V9} 12/13");

    internal static readonly Source Switch = Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", $"{V9} 12/13");
    internal static readonly Source FlushLaterByTask =
        Source.Kernel("xpfo_flush_tlb_kernel_range", "arch/x86/mm/tlb.c", "RFC PATCH v7 16/16");

    internal static readonly Source SwitchByTask =
        Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "RFC PATCH v7 16/16");
}
