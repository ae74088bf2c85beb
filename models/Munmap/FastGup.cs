using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// GUP-fast: a software walk of the page table, without locks and with interrupts off, that takes a reference to the
/// page.
/// </summary>
internal sealed class FastGup : IHolder
{
    private static readonly Source Source = Source.Kernel("gup_fast", "mm/gup.c", "0092cb388b08");

    private readonly Process process;
    private readonly bool rechecks;
    private readonly bool rechecksUpper;
    private readonly Field table;
    private readonly Field stale = new("stale", Sort.Bool, IsGhost: true);
    private readonly Sort held;
    private readonly bool hasTables;
    private readonly Expr tables;
    private readonly Expr entries;
    private readonly Expr referenced;
    private readonly Expr wrongPage;
    private readonly Expr readFreedTable;

    /// <summary>Declares the state of each CPU's walk.</summary>
    /// <param name="m">The model.</param>
    /// <param name="process">The process.</param>
    /// <param name="rechecks">True if the PTE is read again after the reference is taken.</param>
    /// <param name="rechecksUpper">True if the PMD is read again too.</param>
    public FastGup(ModelBuilder m, Process process, bool rechecks, bool rechecksUpper = true)
    {
        (this.process, this.rechecks, this.rechecksUpper) = (process, rechecks, rechecksUpper);
        IrqsOff = m.Map("irqs_off", process.Cpu, Sort.Bool);
        table = new Field("table", process.Frame);
        held = m.Record("held", table, stale);
        entries = m.Map("gup.pte", process.Cpu, Sort.Option(process.Translation.Sort));
        referenced = m.Map("gup.page", process.Cpu, Sort.Option(process.Frame));
        wrongPage = m.Ghost("wrong_page", Sort.Bool);
        hasTables = process.Upper is not null;
        tables = hasTables ? m.Map("gup.table", process.Cpu, Sort.Option(held)) : Fill(Sort.Map(process.Cpu, Sort.Option(held)), None);
        readFreedTable = hasTables ? m.Ghost("gup_read_freed_table", Sort.Bool) : false;

        process.Allocator.Register(this);
    }

    /// <summary>True if a CPU has interrupts off.</summary>
    public Expr IrqsOff { get; }

    /// <summary>Called at the step where a CPU enables interrupts.</summary>
    public Action<StepBuilder, Expr>? Enabled { get; set; }

    /// <summary>True if a munmap has gathered a frame; it then holds the reference of the mapping.</summary>
    public Func<Expr, Expr>? IsGathered { get; set; }

    /// <summary>True if some CPU holds a reference taken by GUP-fast.</summary>
    public Expr IsReferenced(Expr f) => Exists(process.Cpu, c => referenced[c] == f);

    public void Outdate(StepBuilder s, Expr frame) => s.Each(process.Cpu, c =>
    {
        process.Translation.Outdate(s, entries[c], frame);
        if (hasTables)
        {
            s.SetIf(tables[c].HasValue & tables[c].Value[table] == frame, tables[c].Value[stale], true);
        }
    });

    /// <summary>
    /// Extends a step: addresses stop naming their pages, which stay allocated while they are referenced.
    /// </summary>
    public StepBuilder Outdate(StepBuilder s, Func<Expr, Expr> which) => s.Each(process.Cpu, c => s.SetIf(
        entries[c].HasValue & which(Frame(c)), entries[c].Value[process.Translation.Stale], true));

    /// <summary>Adds the program as a branch of an <c>Either</c>.</summary>
    public void Program(ThreadBuilder t, Expr c)
    {
        var address = t.Local("gup_address", process.Va);
        t.Step("local_irq_save", process.Va, (s, x) => s.Set(IrqsOff[c], true).Set(address, x).From(Source));
        if (process.Upper is { } upper)
        {
            // If the PMD maps a huge page, the walk ends differently, which is left out.
            t.Branch("gup_fast_pmd_range", upper.Pmd.HasValue, () => ReadEntry(t, c, address), FallBack(t),
                s => s.SetIf(upper.Pmd.HasValue, tables[c], New(held, upper.Pmd.Value, false)).From(Source));
        }
        else
        {
            ReadEntry(t, c, address);
        }

        t.Label("fall back");
        t.Step("local_irq_restore (fall back)", s => Enable(s, c));
    }

    private static Action FallBack(ThreadBuilder t) => () => t.Goto("fall back");

    private void ReadEntry(ThreadBuilder t, Expr c, Expr address)
    {
        // The entries of a table that collapse has unhooked can still be read.
        var pte = process.Pte(address.Value);
        var isPresent = pte.HasValue;
        var isLinked = (Expr)true;
        if (process.Upper is { } upper)
        {
            isLinked = upper.Pmd.HasValue & upper.Pmd.Value == tables[c].Value[table];
            isPresent &= upper.Pmd.IsNone | isLinked;
        }

        var isSame = isPresent & pte.Value[process.Translation.Frame] == Frame(c);
        t.Branch("gup_fast_pte_range", isPresent,
            () => TakeReference(t, c, pte, isSame & isLinked, rechecksUpper ? isSame & isLinked : isSame),
            FallBack(t),
            s =>
            {
                s.SetIf(isPresent, entries[c], pte).From(Source);
                if (hasTables)
                {
                    s.SetIf(tables[c].Value[stale], readFreedTable, true);
                }
            });
    }

    private Expr Frame(Expr c) => entries[c].Value[process.Translation.Frame];

    private void TakeReference(ThreadBuilder t, Expr c, Expr pte, Expr isUnchanged, Expr seemsUnchanged)
    {
        var canGrab = process.Allocator.Owner[Frame(c)] != Owner.Free;
        t.Branch("try_grab_folio_fast", canGrab,
            () => { },
            () =>
            {
                t.Never(Shootdown.Waits, process.Architecture.Remote == RemoteInvalidation.Interrupt);
                t.Goto("fall back");
            },
            // If the page was freed and mapped again at the same address, it is the right page.
            s => s.SetIf(canGrab, referenced[c], Frame(c))
                .SetIf(canGrab & isUnchanged, entries[c].Value[process.Translation.Stale], false).From(Source));
        if (rechecks)
        {
            t.Branch("gup_fast_pte_range: read the PTE again", seemsUnchanged,
                () => { },
                () =>
                {
                    t.Step("gup_put_folio", s => Put(s, c).From(Source));
                    t.Goto("fall back");
                },
                s => s.SetIf(isUnchanged, entries[c], pte).From(Source));
        }

        t.Step("local_irq_restore", s => Enable(s, c)
            .SetIf(entries[c].Value[process.Translation.Stale], wrongPage, true));
        t.Step("unpin_user_page", s => Put(s, c).Shows(referenced[c]).From(Source));
        t.Return();
    }

    private StepBuilder Enable(StepBuilder s, Expr c)
    {
        s.Set(IrqsOff[c], false).Set(entries[c], None).Shows().From(Source);
        if (hasTables)
        {
            s.Set(tables[c], None);
        }

        Enabled?.Invoke(s, c);
        return s;
    }

    // The last reference to an unmapped page frees it.
    private StepBuilder Put(StepBuilder s, Expr c)
    {
        var page = referenced[c].Value;
        var isLast = process.Allocator.Owner[page] == Owner.AppBuf & !process.Pages.Names(page) & !IsGathered!(page)
            & !Exists(process.Cpu, d => d != c & referenced[d] == page);
        s.If(isLast, () => process.Free(s, page));
        return s.Set(referenced[c], None);
    }

    /// <summary>Adds the guarantees of GUP-fast.</summary>
    public void AddInvariants(ModelBuilder m)
    {
        m.Always("I-GUP", !wrongPage, "GUP-fast hands out a reference only to the page that the address names");
        if (hasTables)
        {
            m.Always("I-TABLE", !readFreedTable & !process.Mmu.ReadFreedTable,
                "no walk, of hardware or of GUP-fast, reads a frame that is no longer a page table");
        }

        m.Reachable("GUP-fast holds a page that is unmapped",
            Exists(process.Cpu, c => referenced[c].HasValue & !IrqsOff[c] & !process.Pages.Names(referenced[c].Value)));
    }
}
