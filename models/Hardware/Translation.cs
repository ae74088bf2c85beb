using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The content of a PTE and of every cached copy.</summary>
public sealed class Translation
{
    private readonly Expr? generations;

    /// <summary>Declares the record.</summary>
    /// <param name="m">The model.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="hasPermissions">True if it contains permissions in addition to the frame.</param>
    /// <param name="generations">The count of each frame's generations; null if they are not counted.</param>
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

    /// <summary>True if it has <see cref="Writable"/> and <see cref="Dirty"/>.</summary>
    public bool HasPermissions { get; }

    /// <summary>The frame.</summary>
    public Field Frame { get; }

    /// <summary>True if a store is allowed.</summary>
    public Field Writable { get; } = new("writable", Sort.Bool);

    /// <summary>
    /// True if a store has used the entry; a cached translation that is not dirty reads the PTE before a store.
    /// </summary>
    public Field Dirty { get; } = new("dirty", Sort.Bool);

    /// <summary>Ghost: the translation was made in an earlier generation of its frame.</summary>
    public Field Stale { get; } = new("stale", Sort.Bool, IsGhost: true);

    /// <summary>
    /// Ghost: the generation of the frame when the translation was made; null if generations are not counted.
    /// </summary>
    public Field? Generation { get; }

    /// <summary>A new translation to a frame, writable if it has permissions.</summary>
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

    /// <summary>True if an optional translation leads to a frame.</summary>
    public Expr Names(Expr option, Expr frame) => option.HasValue & option.Value[Frame] == frame;

    /// <summary>True if an optional translation is stale.</summary>
    public Expr IsStale(Expr option) => option.HasValue & option.Value[Stale];

    /// <summary>Extends a step: an optional translation becomes stale if it leads to a frame.</summary>
    public void Outdate(StepBuilder s, Expr option, Expr frame) =>
        s.SetIf(Names(option, frame), option.Value[Stale], true);
}
