using Verify.Modelling;
using Verify.Models.Dax;

namespace Verify.Models.ExtentSeals;

/// <summary>F_SEAL_IOMAP: two processes with the file open set and clear the seal by fcntl.</summary>
internal sealed class FcntlSeals
{
    private readonly ExtentSeal seal;
    private readonly Expr mine;
    private readonly Expr others;

    public FcntlSeals(ModelBuilder m, ExtentSeal seal)
    {
        this.seal = seal;
        mine = m.Var("seal_of_process", Sort.Bool);
        others = m.Var("seal_of_other", Sort.Bool);
    }

    /// <summary>True if the registering process has set the seal and relies on it.</summary>
    public Expr IsMine => mine;

    /// <summary>Adds the steps that set and clear the seal.</summary>
    /// <param name="m">The model.</param>
    /// <param name="isRunning">True if the registering process runs.</param>
    /// <param name="mayClear">True if the process may clear its seal now, if it is well behaved.</param>
    /// <param name="byAnyone">True if any process with the file open can clear the flag, not only its own seal.</param>
    /// <param name="isLocked">True if the file is locked for a change.</param>
    public void Describe(ModelBuilder m, Expr isRunning, Expr mayClear, bool byAnyone, Expr isLocked)
    {
        Set("fcntl(F_SEAL_IOMAP)", mine, isRunning, "process");
        Set("fcntl(F_SEAL_IOMAP) through the other fd", others, true, "other");
        m.Rule("fcntl(clear)", s => seal.Release(s
            .When(isRunning & mine & mayClear & !isLocked).Set(mine, false).By("process"))).From(Posts.Chinner);
        if (byAnyone)
        {
            m.Rule("fcntl(clear) through the other fd", s =>
            {
                s.When(seal.IsSet & !isLocked).By("other").From(Posts.Chinner);
                seal.Clear(s);
            });
        }
        else
        {
            m.Rule("fcntl(clear) through the other fd", s => seal.Release(s
                .When(others & !isLocked).Set(others, false).By("other"))).From(Posts.Chinner);
        }

        void Set(string name, Expr whose, Expr can, string actor) => m.Rule(name, s => seal.Take(s
            .When(can & !whose & !isLocked).Set(whose, true).By(actor))).From(Posts.Chinner);
    }
}
