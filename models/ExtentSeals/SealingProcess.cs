using Verify.Modelling;
using Verify.Models.Dax;

namespace Verify.Models.ExtentSeals;

/// <summary>How much of a process is left: the kernel gives memory up before files.</summary>
internal enum Life
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>exit_mm() is over: no mapping is left.</summary>
    NoMemory,

    /// <summary>exit_files() is over: no file is left either.</summary>
    Gone,
}

/// <summary>A process that maps a file, registers the mapping with a NIC, and goes in the end; and its child.</summary>
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

    /// <summary>Whether it runs.</summary>
    public Expr IsRunning => life == Life.Running;

    /// <summary>Whether it is gone for good.</summary>
    public Expr IsGone => life == Life.Gone;

    /// <summary>Whether it has the file mapped.</summary>
    public Expr IsMapped => IsRunning & vma;

    /// <summary>What mmap is called, by its flags.</summary>
    public required string Mmap { get; init; }

    /// <summary>Whether the mapping can be made now.</summary>
    public required Expr MayMap { get; init; }

    /// <summary>What else mmap does.</summary>
    public Action<StepBuilder>? OnMap { get; init; }

    /// <summary>The seal that lasts as long as there is a VMA, if there is one.</summary>
    public ExtentSeal? SealOfVma { get; init; }

    /// <summary>Whether the locks that a last close takes are held.</summary>
    public required Expr IsLocked { get; init; }

    /// <summary>Whether the application unmaps now, if it does as it should.</summary>
    public required Expr MayUnmap { get; init; }

    /// <summary>Whether an exit is allowed to begin now; true of every exit that nobody has planned.</summary>
    public required Expr MayExit { get; init; }

    /// <summary>Adds to a step what goes with the VMA of the process.</summary>
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

    /// <summary>Adds the child that inherits the mapping, and may outlive the process.</summary>
    public void DescribeFork(ModelBuilder m, Expr mayChildExit)
    {
        m.Rule("fork", s => SealOfVma!.Take(s.When(IsMapped & !childVma).Set(childVma, true).By("process")))
            .From(Source.Kernel("dup_mmap", "kernel/fork.c", "v4.13.4"), Posts.Direct);
        m.Rule("child exits", s => CloseVma(s.When(childVma & mayChildExit).By("child"), childVma).From(Exit));
    }

    /// <summary>Adds the exit, in the kernel's order.</summary>
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
