using System.Reflection.Emit;
using Verify.Explicit.Packing;
using Verify.Lowering;

namespace Verify.Explicit.Compilation;

/// <summary>Emits IL for terms over the words of a packed state.</summary>
/// <remarks>
/// Numbers are 64-bit values on the evaluation stack; the words of the state are in local variables. No number is
/// merged from two branches, because the JIT of .NET 10.0.12 can treat a later branch on such a number as decided when
/// it is not (a block with only one predecessor left after jump threading). A search would then miss states. So a
/// choice is computed by arithmetic.
/// </remarks>
internal sealed class TermEmitter
{
    private readonly StateLayout layout;
    private readonly ILGenerator il;
    private readonly LocalBuilder[] words;
    private readonly Stack<LocalBuilder> unused = [];

    /// <summary>Starts a method whose first argument is a pointer to a state.</summary>
    public TermEmitter(ILGenerator il, StateLayout layout)
    {
        (this.il, this.layout) = (il, layout);
        words = [.. Enumerable.Range(0, layout.WordCount).Select(_ => il.DeclareLocal(typeof(ulong)))];
        for (var word = 0; word < words.Length; word++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, word * sizeof(ulong));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldind_I8);
            il.Emit(OpCodes.Stloc, words[word]);
        }
    }

    /// <summary>Pushes a word of the state.</summary>
    public void PushWord(int word) => il.Emit(OpCodes.Ldloc, words[word]);

    /// <summary>Pushes the value of a term.</summary>
    public void Push(Term term)
    {
        switch (term.Kind)
        {
            case TermKind.Constant:
                il.Emit(OpCodes.Ldc_I8, term.Number);
                break;
            case TermKind.Leaf:
                PushLeaf(layout.Slots[term.Leaves[0]]);
                break;
            case TermKind.Select:
                PushSelect(term);
                break;
            case TermKind.Add:
                PushBoth(term, OpCodes.Add);
                break;
            case TermKind.Subtract:
                PushBoth(term, OpCodes.Sub);
                break;
            case TermKind.Scale:
                Push(term.Parts[0]);
                il.Emit(OpCodes.Ldc_I8, term.Number);
                il.Emit(OpCodes.Mul);
                break;
            case TermKind.Choice:
                PushChoice(term.Parts[0], term.Parts[1], term.Parts[2]);
                break;
            default:
                PushTruth(term);
                break;
        }
    }

    /// <summary>Jumps to a label if a term has the given truth value.</summary>
    public void Branch(Term term, bool on, Label to)
    {
        switch (term.Kind)
        {
            case TermKind.Constant:
                if (term.IsTrue == on)
                {
                    il.Emit(OpCodes.Br, to);
                }

                break;
            case TermKind.Not:
                Branch(term.Parts[0], !on, to);
                break;
            case TermKind.And:
            case TermKind.Or:
                BranchConnective(term, on, to);
                break;
            case TermKind.Choice:
                BranchChoice(term, on, to);
                break;
            case TermKind.Equal:
                PushEqualOperands(term);
                il.Emit(on ? OpCodes.Beq : OpCodes.Bne_Un, to);
                break;
            case TermKind.Less:
                Push(term.Parts[0]);
                Push(term.Parts[1]);
                il.Emit(on ? OpCodes.Blt : OpCodes.Bge, to);
                break;
            case TermKind.Leaf:
                // For a single bit the shift is not needed.
                var slot = layout.Slots[term.Leaves[0]];
                PushWord(slot.Word);
                il.Emit(OpCodes.Ldc_I8, 1L << slot.Shift);
                il.Emit(OpCodes.And);
                il.Emit(on ? OpCodes.Brtrue : OpCodes.Brfalse, to);
                break;
            default:
                Push(term);
                il.Emit(on ? OpCodes.Brtrue : OpCodes.Brfalse, to);
                break;
        }
    }

    /// <summary>True if the leaves are consecutive in one word, so that a shift finds one of them.</summary>
    public bool AreInRow(ReadOnlySpan<int> leaves)
    {
        var first = layout.Slots[leaves[0]];
        for (var i = 1; i < leaves.Length; i++)
        {
            if (layout.Slots[leaves[i]] != first with { Shift = first.Shift + (i * first.Width) })
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Pushes the shift, a 32-bit number, of one of several consecutive leaves.</summary>
    public void PushShift(Slot first, Term position)
    {
        Push(position);
        il.Emit(OpCodes.Conv_I4);
        if (first.Width > 1)
        {
            il.Emit(OpCodes.Ldc_I4, first.Width);
            il.Emit(OpCodes.Mul);
        }

        if (first.Shift > 0)
        {
            il.Emit(OpCodes.Ldc_I4, first.Shift);
            il.Emit(OpCodes.Add);
        }
    }

    /// <summary>The mask of a slot, shifted down to bit 0.</summary>
    public static long MaskOf(Slot slot) => (1L << slot.Width) - 1;

    private void PushLeaf(Slot slot)
    {
        PushWord(slot.Word);
        if (slot.Shift > 0)
        {
            il.Emit(OpCodes.Ldc_I4, slot.Shift);
            il.Emit(OpCodes.Shr_Un);
        }

        il.Emit(OpCodes.Ldc_I8, MaskOf(slot));
        il.Emit(OpCodes.And);
    }

    private void PushSelect(Term term)
    {
        var leaves = term.Leaves.AsSpan();
        if (AreInRow(leaves))
        {
            var first = layout.Slots[leaves[0]];
            PushWord(first.Word);
            PushShift(first, term.Parts[0]);
            il.Emit(OpCodes.Shr_Un);
            il.Emit(OpCodes.Ldc_I8, MaskOf(first));
            il.Emit(OpCodes.And);
            return;
        }

        // The leaves lie in several words: selects the one at the position without a branch.
        Push(term.Parts[0]);
        var position = Take();
        il.Emit(OpCodes.Stloc, position);
        for (var i = 0; i < leaves.Length; i++)
        {
            PushLeaf(layout.Slots[leaves[i]]);
            il.Emit(OpCodes.Ldloc, position);
            il.Emit(OpCodes.Ldc_I8, (long)i);
            il.Emit(OpCodes.Ceq);
            il.Emit(OpCodes.Conv_U8);
            il.Emit(OpCodes.Neg);
            il.Emit(OpCodes.And);
            if (i > 0)
            {
                il.Emit(OpCodes.Or);
            }
        }

        unused.Push(position);
    }

    private void PushBoth(Term term, OpCode op)
    {
        Push(term.Parts[0]);
        Push(term.Parts[1]);
        il.Emit(op);
    }

    // Selects one of two numbers without a branch: other ^ ((then ^ other) & -condition).
    private void PushChoice(Term condition, Term then, Term otherwise)
    {
        if (then.IsConstant && otherwise.IsConstant)
        {
            PushTruth(condition);
            il.Emit(OpCodes.Neg);
            il.Emit(OpCodes.Ldc_I8, then.Number ^ otherwise.Number);
            il.Emit(OpCodes.And);
            il.Emit(OpCodes.Ldc_I8, otherwise.Number);
            il.Emit(OpCodes.Xor);
            return;
        }

        Push(otherwise);
        var other = Take();
        il.Emit(OpCodes.Stloc, other);
        Push(then);
        il.Emit(OpCodes.Ldloc, other);
        il.Emit(OpCodes.Xor);
        PushTruth(condition);
        il.Emit(OpCodes.Neg);
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Ldloc, other);
        il.Emit(OpCodes.Xor);
        unused.Push(other);
    }

    // One local per nesting depth, not per choice, because a method can have only 65,535.
    private LocalBuilder Take() => unused.TryPop(out var local) ? local : il.DeclareLocal(typeof(long));

    // Pushes a truth value as 0 or 1 without a branch.
    private void PushTruth(Term term)
    {
        switch (term.Kind)
        {
            case TermKind.Not:
                PushTruth(term.Parts[0]);
                il.Emit(OpCodes.Ldc_I8, 1L);
                il.Emit(OpCodes.Xor);
                break;
            case TermKind.And:
            case TermKind.Or:
                PushTruth(term.Parts[0]);
                PushTruth(term.Parts[1]);
                il.Emit(term.Kind == TermKind.And ? OpCodes.And : OpCodes.Or);
                break;
            case TermKind.Equal:
                PushEqualOperands(term);
                il.Emit(OpCodes.Ceq);
                il.Emit(OpCodes.Conv_U8);
                break;
            case TermKind.Less:
                PushBoth(term, OpCodes.Clt);
                il.Emit(OpCodes.Conv_U8);
                break;
            default:
                Push(term);
                if (term.Min < 0 || term.Max > 1)
                {
                    // the content of an empty option
                    il.Emit(OpCodes.Ldc_I8, 0L);
                    il.Emit(OpCodes.Cgt_Un);
                    il.Emit(OpCodes.Conv_U8);
                }

                break;
        }
    }

    private void BranchConnective(Term term, bool on, Label to)
    {
        // "and" exits at the first false operand, "or" at the first true one
        var decides = term.Kind == TermKind.Or;
        if (on == decides)
        {
            Branch(term.Parts[0], on, to);
            Branch(term.Parts[1], on, to);
            return;
        }

        var past = il.DefineLabel();
        Branch(term.Parts[0], decides, past);
        Branch(term.Parts[1], on, to);
        il.MarkLabel(past);
    }

    private void BranchChoice(Term term, bool on, Label to)
    {
        var (otherwise, past) = (il.DefineLabel(), il.DefineLabel());
        Branch(term.Parts[0], on: false, otherwise);
        Branch(term.Parts[1], on, to);
        il.Emit(OpCodes.Br, past);
        il.MarkLabel(otherwise);
        Branch(term.Parts[2], on, to);
        il.MarkLabel(past);
    }

    private void PushEqualOperands(Term term)
    {
        var (a, b) = (term.Parts[0], term.Parts[1]);
        if (a.Kind == TermKind.Leaf && b.IsConstant)
        {
            // Compares in place: shifts the constant up instead of the leaf down.
            var slot = layout.Slots[a.Leaves[0]];
            PushWord(slot.Word);
            il.Emit(OpCodes.Ldc_I8, MaskOf(slot) << slot.Shift);
            il.Emit(OpCodes.And);
            il.Emit(OpCodes.Ldc_I8, b.Number << slot.Shift);
            return;
        }

        Push(a);
        Push(b);
    }
}
