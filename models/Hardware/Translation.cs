using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>What a PTE says, and what every cache of it repeats.</summary>
public sealed class Translation
{
    private readonly Expr? generations;

    /// <summary>Declares the record.</summary>
    /// <param name="m">The model.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="hasPermissions">Whether it says what may be done, not only where it is.</param>
    /// <param name="generations">The count of each frame's generations, where there is one.</param>
    public Translation(ModelBuilder m, Sort frame, bool hasPermissions, Expr? generations = null)
    {
        (HasPermissions, this.generations) = (hasPermissions, generations);
        Frame = new Field("frame", frame);
        List<Field> fields = [Frame, Stale];
        if (hasPermissions)
        {
            fields.InsertRange(1, [Writable, Dirty]);
        }

        if (generations is not null)
        {
            Generation = new Field("generation", ((Sort.Mapping)generations.Sort).Value, IsGhost: true);
            fields.Add(Generation);
        }

        Sort = m.Record("translation", [.. fields]);
    }

    /// <summary>The record.</summary>
    public Sort Sort { get; }

    /// <summary>Whether it has <see cref="Writable"/> and <see cref="Dirty"/>.</summary>
    public bool HasPermissions { get; }

    /// <summary>Where it leads.</summary>
    public Field Frame { get; }

    /// <summary>Whether a store may go through it.</summary>
    public Field Writable { get; } = new("writable", Sort.Bool);

    /// <summary>Whether a store went through it; a cached translation without it goes back to the PTE first.</summary>
    public Field Dirty { get; } = new("dirty", Sort.Bool);

    /// <summary>Ghost: it was made in an earlier generation of its frame than the present one.</summary>
    public Field Stale { get; } = new("stale", Sort.Bool, IsGhost: true);

    /// <summary>Ghost: the generation of its frame that it was made in; only where they are counted.</summary>
    public Field? Generation { get; }

    /// <summary>A new translation to a frame, writable where that is said at all.</summary>
    public Expr To(Expr frame)
    {
        List<Expr> values = [frame, false];
        if (HasPermissions)
        {
            values.InsertRange(1, [true, false]);
        }

        if (generations is not null)
        {
            values.Add(generations[frame]);
        }

        return New(Sort, [.. values]);
    }

    /// <summary>Whether an optional translation leads to a frame.</summary>
    public Expr Names(Expr option, Expr frame) => option.HasValue & option.Value[Frame] == frame;

    /// <summary>Whether an optional translation is stale.</summary>
    public Expr IsStale(Expr option) => option.HasValue & option.Value[Stale];

    /// <summary>Adds to a step that an optional translation is stale if it leads to a frame.</summary>
    public void Outdate(StepBuilder s, Expr option, Expr frame) =>
        s.SetIf(Names(option, frame), option.Value[Stale], true);
}
