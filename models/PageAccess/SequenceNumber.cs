using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.PageAccess;

/// <summary>A number that increases, and readers that compare it with what they have read before.</summary>
/// <remarks>
/// A bit for each reader says whether the number has moved since. That is what the comparison tells, as long as the number
/// does not wrap.
/// </remarks>
internal sealed class SequenceNumber
{
    private readonly Sort reader;
    private readonly bool isCompared;
    private readonly Expr moved;

    /// <summary>Declares the state.</summary>
    /// <param name="m">The model.</param>
    /// <param name="reader">The readers.</param>
    /// <param name="isCompared">False if no reader compares the number: to them it never moves.</param>
    public SequenceNumber(ModelBuilder m, Sort reader, bool isCompared = true)
    {
        (this.reader, this.isCompared) = (reader, isCompared);
        moved = isCompared ? m.Map("sequence_has_moved", reader, Sort.Bool) : Fill(Sort.Map(reader, Sort.Bool), false);
    }

    /// <summary>True if the number is another one than the reader has read.</summary>
    public Expr HasMoved(Expr r) => moved[r];

    /// <summary>Extends a step: a reader reads the number.</summary>
    public StepBuilder Read(StepBuilder s, Expr r) => isCompared ? s.Set(moved[r], false) : s;

    /// <summary>Extends a step: the number of some readers increases.</summary>
    public StepBuilder Move(StepBuilder s, Func<Expr, Expr> of) =>
        isCompared ? s.Each(reader, r => s.SetIf(of(r), moved[r], true)) : s;
}
