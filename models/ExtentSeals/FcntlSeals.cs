using Verify.Modelling;
using Verify.Models.Dax;

namespace Verify.Models.ExtentSeals;

/// <summary>F_SEAL_IOMAP: two processes with the file open set the seal by fcntl, and clear it.</summary>
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

    /// <summary>Whether the registering process has set it, and relies on it.</summary>
    public Expr IsMine => mine;

    /// <summary>Adds setting and clearing.</summary>
    /// <param name="m">The model.</param>
    /// <param name="isRunning">Whether the registering process runs.</param>
    /// <param name="mayClear">Whether it clears its seal now, if it does as it should.</param>
    /// <param name="byAnyone">Whether whoever has the file open clears the flag, and not only a seal of its own.</param>
    /// <param name="isLocked">Whether somebody changes the file.</param>
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
