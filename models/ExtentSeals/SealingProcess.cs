using Verify.Modelling;
using Verify.Models.Dax;

namespace Verify.Models.ExtentSeals;

/// <summary>The stages of a process's exit: the kernel releases memory before files.</summary>
internal enum Life
{
    /// <summary>The process runs.</summary>
    Running,

    /// <summary>exit_mm() is over: no mapping is left.</summary>
    NoMemory,

    /// <summary>exit_files() is over: no file is left either.</summary>
    Gone,
}

/// <summary>A process that maps a file, registers the mapping with a NIC, and exits; and its child.</summary>
internal sealed class SealingProcess
{
    private static readonly Source Exit = Source.Kernel("do_exit", "kernel/exit.c: exit_mm() before exit_files()", "v4.13.4");
    private static readonly Source Close = Source.Kernel("remove_vma", "mm/mmap.c", "v4.13.4");

    private readonly Expr life;
    private readonly Expr vma;
    private readonly Expr childVma;

    public SealingProcess(ModelBuilder m, bool canFork)
    {
        life = m.Var("process", Sort.Enum<Life>());
        vma = m.Var("vma", Sort.Bool);
        childVma = canFork ? m.Var("child_vma", Sort.Bool) : false;
    }

    /// <summary>True if the process runs.</summary>
    public Expr IsRunning => life == Life.Running;

    /// <summary>True if the process has exited.</summary>
    public Expr IsGone => life == Life.Gone;

    /// <summary>True if the process maps the file.</summary>
    public Expr IsMapped => IsRunning & vma;

    /// <summary>The name of the mmap step, with its flags.</summary>
    public required string Mmap { get; init; }

    /// <summary>True if the mapping can be made now.</summary>
    public required Expr MayMap { get; init; }

    /// <summary>Extends the mmap step; null for nothing.</summary>
    public Action<StepBuilder>? OnMap { get; init; }

    /// <summary>The seal that lasts as long as a VMA exists; null for none.</summary>
    public ExtentSeal? SealOfVma { get; init; }

    /// <summary>True if the locks that the last close takes are held.</summary>
    public required Expr IsLocked { get; init; }

    /// <summary>True if the application may unmap now, if it is well behaved.</summary>
    public required Expr MayUnmap { get; init; }

    /// <summary>True if an exit may start now; always true for an unplanned exit.</summary>
    public required Expr MayExit { get; init; }

    /// <summary>Extends a step: the VMA of the process is closed.</summary>
    public required Action<StepBuilder> OnClose { get; init; }

    /// <summary>Adds mmap and munmap.</summary>
    public void DescribeMappings(ModelBuilder m)
    {
        m.Rule(Mmap, s =>
        {
            s.When(IsRunning & !vma & MayMap).Set(vma, true).By("process").From(Posts.Direct);
            OnMap?.Invoke(s);
            if (SealOfVma is not null)
            {
                SealOfVma.Take(s.When(!IsLocked));
            }
        });
        m.Rule("munmap", s => CloseVma(s.When(IsMapped & MayUnmap).By("process"), vma).From(Close, Posts.Direct));
        m.Reachable("the file is mapped", vma);
    }

    /// <summary>Adds a child that inherits the mapping and may outlive the process.</summary>
    public void DescribeFork(ModelBuilder m, Expr mayChildExit)
    {
        m.Rule("fork", s => SealOfVma!.Take(s.When(IsMapped & !childVma).Set(childVma, true).By("process")))
            .From(Source.Kernel("dup_mmap", "kernel/fork.c", "v4.13.4"), Posts.Direct);
        m.Rule("child exits", s => CloseVma(s.When(childVma & mayChildExit).By("child"), childVma).From(Exit));
    }

    /// <summary>Adds the exit in the kernel's order.</summary>
    public void DescribeExit(ModelBuilder m, Action<StepBuilder> onFiles)
    {
        m.Rule("exit_mm", s =>
        {
            s.When(IsRunning & MayExit).Set(life, Life.NoMemory).By("process").From(Exit);
            s.If(vma, () => CloseVma(s, vma, waits: false));
            if (SealOfVma is not null)
            {
                s.When(!vma | !IsLocked);
            }
        });
        m.Rule("exit_files", s =>
        {
            onFiles(s.When(life == Life.NoMemory).Set(life, Life.Gone).By("process").From(Exit));
        });
        m.Reachable("the process is gone", IsGone);
    }

    private StepBuilder CloseVma(StepBuilder s, Expr which, bool waits = true)
    {
        s.Set(which, false);
        if (ReferenceEquals(which, vma))
        {
            OnClose(s);
        }

        if (SealOfVma is not null)
        {
            SealOfVma.Release(waits ? s.When(!IsLocked) : s);
        }

        return s;
    }
}
