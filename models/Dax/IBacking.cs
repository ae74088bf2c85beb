using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Dax;

/// <summary>What is behind the mapped offset of a file: a block of the medium, or a page of memory.</summary>
internal interface IBacking
{
    /// <summary>The blocks, or the frames.</summary>
    Sort Unit { get; }

    /// <summary>What a PTE, and whoever copied it, says of one.</summary>
    Translation Translation { get; }

    /// <summary>What the offset has now; none for a hole.</summary>
    Expr Slot { get; }

    /// <summary>Who takes a page fault.</summary>
    (string Name, Source Source) Fault { get; }

    /// <summary>What takes the offset away from the file.</summary>
    (string Name, Source Source) Removal { get; }

    /// <summary>Whether a reference can be taken.</summary>
    Expr CanGrab(Expr unit);

    /// <summary>Whether what a translation leads to has gone to somebody else, or to nobody.</summary>
    Expr IsForeign(Expr translation);

    /// <summary>Who can own a unit.</summary>
    Sort OwnerSort { get; }

    /// <summary>Whose a unit is.</summary>
    Expr OwnerOf(Expr unit);

    /// <summary>Whether the owner that an access met by mistake is another file.</summary>
    Expr IsOtherFile(Expr owner);

    /// <summary>Adds to a step that the offset is a hole from now on.</summary>
    /// <param name="s">The step.</param>
    /// <param name="isPinned">Whether somebody has a reference.</param>
    void Remove(StepBuilder s, Expr isPinned);

    /// <summary>Adds to a step that a reference is given back.</summary>
    /// <param name="s">The step.</param>
    /// <param name="unit">To what.</param>
    /// <param name="isLast">Whether nobody else has one.</param>
    void Put(StepBuilder s, Expr unit, Expr isLast);

    /// <summary>Adds how the offset gets something, and what everybody else does.</summary>
    /// <param name="m">The model.</param>
    /// <param name="may">Whether the offset may get something now.</param>
    void AddEnvironment(ModelBuilder m, Expr may);
}
