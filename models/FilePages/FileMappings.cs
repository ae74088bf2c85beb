using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>Shared mappings of files, one for each process: PTEs, the TLB of the CPU that runs the process, and i_mmap.</summary>
/// <remarks>
/// A walk of i_mmap visits the processes that map a file, in any order, and flushes each before it goes on. Without TLBs,
/// a PTE and the entry that a CPU has of it change in one step.
/// </remarks>
internal sealed class FileMappings
{
    private readonly PageCache cache;
    private readonly bool hasTlb;
    private readonly Expr maps;
    private readonly Expr pte;
    private readonly Expr tlb;
    private readonly Field frame;
    private readonly Field writable = new("writable", Sort.Bool);
    private readonly Sort entry;

    /// <summary>Declares the state: nothing is mapped.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cache">The page cache.</param>
    /// <param name="mm">The processes, each on a CPU of its own.</param>
    /// <param name="hasTlb">True if CPUs cache PTEs.</param>
    public FileMappings(ModelBuilder m, PageCache cache, Sort mm, bool hasTlb)
    {
        (this.cache, Mm, this.hasTlb) = (cache, mm, hasTlb);
        frame = new Field("frame", cache.Frame);
        entry = m.Record("pte", frame, writable);
        maps = m.Map("maps", mm, Sort.Option(cache.File));
        pte = m.Map("pte", mm, Sort.Option(entry));
        tlb = hasTlb ? m.Map("tlb", mm, Sort.Option(entry)) : pte;
        cache.AddReader((a, f) => Exists(mm, c => MapsFile(c, a) & Reads(c, f)));
        cache.AddReference(f => Exists(mm, c => Names(pte[c], f)));
    }

    public Sort Mm { get; }

    /// <summary>The PTEs.</summary>
    public Expr Pte => pte;

    /// <summary>The sort of a PTE that is present.</summary>
    public Sort Entry => entry;

    /// <summary>Called for each PTE that a walk changes: drops what secondary MMUs have of it.</summary>
    public Action<StepBuilder, Expr> Notify { get; set; } = (_, _) => { };

    /// <summary>True if a process maps a file.</summary>
    public Expr MapsFile(Expr c, Expr a) => maps[c] == a;

    /// <summary>The file that a process maps; it must map one.</summary>
    public Expr FileOf(Expr c) => maps[c].Value;

    /// <summary>True if a PTE, or a copy of one, leads to a frame.</summary>
    public Expr Names(Expr option, Expr f) => option.HasValue & option.Value[frame] == f;

    /// <summary>True if the PTE of a process, or what its CPU has of it, leads to a frame.</summary>
    public Expr Reads(Expr c, Expr f) => Names(pte[c], f) | Names(tlb[c], f);

    /// <summary>True if a PTE, or a copy of one, allows stores.</summary>
    public Expr IsWritable(Expr option) => option.HasValue & option.Value[writable];

    /// <summary>The frame of a PTE, or of a copy of one, which must be present.</summary>
    public Expr FrameOf(Expr option) => option.Value[frame];

    /// <summary>Extends a step: a PTE is installed, read-only if nothing else is said.</summary>
    public StepBuilder Install(StepBuilder s, Expr when, Expr c, Expr f, bool isWritable = false) =>
        s.SetIf(when, pte[c], New(entry, f, isWritable));

    /// <summary>Extends a step: a writable PTE is installed.</summary>
    public StepBuilder InstallWritable(StepBuilder s, Expr c, Expr f) => s.Set(pte[c], New(entry, f, true));

    /// <summary>Extends a step: all PTEs of a file become read-only; without TLBs.</summary>
    public StepBuilder ProtectAll(StepBuilder s, Expr a) => s.Each(Mm, c => s.SetIf(
        MapsFile(c, a) & pte[c].HasValue, pte[c].Value[writable], false));

    /// <summary>Extends a step: all PTEs of a file are cleared; without TLBs.</summary>
    public StepBuilder ClearAll(StepBuilder s, Expr a) => s.Each(Mm, c => s.SetIf(MapsFile(c, a), pte[c], None));

    /// <summary>Extends a step: a PTE becomes writable.</summary>
    public StepBuilder MakeWritable(StepBuilder s, Expr c) => s.Set(pte[c].Value[writable], true);

    /// <summary>Adds mmap, and the accesses of the processes.</summary>
    public void AddRules(ModelBuilder m)
    {
        m.Rule("mmap", Mm, cache.File, (s, c, a) => s.When(maps[c].IsNone).Set(maps[c], a)).From(KernelCode.Mmap);
        m.Rule("store", Mm, cache.Frame, (s, c, f) => cache.Write(s
            .When(maps[c].HasValue & Names(tlb[c], f) & IsWritable(tlb[c])), f, FileOf(c)).Shows(f)).From(KernelCode.Mmap);
        if (hasTlb)
        {
            m.Rule("walk", Mm, (s, c) => s
                .When(tlb[c].IsNone & pte[c].HasValue).Set(tlb[c], pte[c])).From(Mmu.Speculation);
            m.Reachable("an entry outlives its PTE", Exists(Mm, c => tlb[c].HasValue & pte[c].IsNone));
        }
    }

    /// <summary>Adds a system call by which a process drops its PTE, which is flushed later.</summary>
    public void Zap(ThreadBuilder t, Expr c)
    {
        t.Step("zap_pte_range (madvise)", s =>
        {
            Notify(s.When(pte[c].HasValue).Set(pte[c], None), c);
            s.From(KernelCode.Zap);
        });
        if (hasTlb)
        {
            t.Step("tlb_finish_mmu", s => s.Set(tlb[c], None).From(KernelCode.Zap));
        }
    }

    /// <summary>Adds a walk over the processes that map a file.</summary>
    /// <param name="t">The program.</param>
    /// <param name="file">The local with the file.</param>
    /// <param name="name">The name of the walk.</param>
    /// <param name="protects">True if PTEs become read-only; else they are cleared.</param>
    /// <param name="flushes">True if each changed PTE is flushed.</param>
    /// <param name="source">The walk.</param>
    public void Walk(ThreadBuilder t, Expr file, string name, bool protects, bool flushes, Source source)
    {
        var visited = t.Local($"{name}: visited", Sort.Set(Mm), Fill(Sort.Set(Mm), false));
        var at = hasTlb && flushes ? t.Local($"{name}: at", Mm) : None;
        t.Label(name);
        t.Either(
            () =>
            {
                t.Step(protects ? "page_vma_mkclean_one" : "zap_pte_range", Mm, (s, c) =>
                {
                    s.When(file.HasValue & maps[c] == file & !visited[c]).Set(visited[c], true).From(source);
                    if (protects)
                    {
                        s.If(pte[c].HasValue, () => s.Set(pte[c].Value[writable], false));
                    }
                    else
                    {
                        s.Set(pte[c], None);
                    }

                    Notify(s, c);
                    if (at is not Expr.NoneOf)
                    {
                        s.Set(at, c);
                    }
                });
                if (at is not Expr.NoneOf)
                {
                    t.Step("flush_tlb_page", s => s.Set(tlb[at.Value], None).Shows(at).Set(at, None).From(source));
                }

                t.Goto(name);
            },
            () => t.Step($"{name} ends", s => s
                .When(ForAll(Mm, c => visited[c] | maps[c] != file))
                .Set(visited, Fill(Sort.Set(Mm), false)).Shows().From(source)));
    }
}
