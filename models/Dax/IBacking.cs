using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Dax;

/// <summary>The backing of the mapped offset of a file: a block of the medium or a page of memory.</summary>
internal interface IBacking
{
    /// <summary>The sort of the blocks or frames.</summary>
    Sort Unit { get; }

    /// <summary>The content of a PTE, and of each copy of it.</summary>
    Translation Translation { get; }

    /// <summary>The unit behind the offset; none for a hole.</summary>
    Expr Slot { get; }

    /// <summary>The kernel function that handles a page fault.</summary>
    (string Name, Source Source) Fault { get; }

    /// <summary>The kernel function that removes the offset from the file.</summary>
    (string Name, Source Source) Removal { get; }

    /// <summary>True if a reference can be taken.</summary>
    Expr CanGrab(Expr unit);

    /// <summary>True if the target of a translation is free or belongs to another owner.</summary>
    Expr IsForeign(Expr translation);

    /// <summary>The sort of the owners.</summary>
    Sort OwnerSort { get; }

    /// <summary>The owner of a unit.</summary>
    Expr OwnerOf(Expr unit);

    /// <summary>True if the owner that a wrong access reached is another file.</summary>
    Expr IsOtherFile(Expr owner);

    /// <summary>Extends a step: the offset becomes a hole.</summary>
    /// <param name="s">The step.</param>
    /// <param name="isPinned">True if the unit is referenced.</param>
    void Remove(StepBuilder s, Expr isPinned);

    /// <summary>Extends a step: a reference is dropped.</summary>
    /// <param name="s">The step.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="isLast">True if it is the last reference.</param>
    void Put(StepBuilder s, Expr unit, Expr isLast);

    /// <summary>Adds the allocation of a unit for the offset, and the steps of other users.</summary>
    /// <param name="m">The model.</param>
    /// <param name="may">True if the offset may get a unit now.</param>
    void AddEnvironment(ModelBuilder m, Expr may);
}
