using System.Collections.Immutable;
using System.Reflection.Emit;
using Verify.Explicit.Packing;
using Verify.Lowering;

namespace Verify.Explicit.Compilation;

/// <summary>Compiles a batch of lowered rules to one method.</summary>
internal sealed class RuleBatch
{
    private readonly LoweredModel model;
    private readonly StateLayout layout;
    private readonly int start;
    private readonly int count;
    private readonly bool withRules;
    private readonly DynamicMethod method;
    private readonly ILGenerator il;
    private readonly TermEmitter code;
    private readonly LocalBuilder[] next;
    private readonly LocalBuilder shift;
    private readonly LocalBuilder made;

    public RuleBatch(LoweredModel model, StateLayout layout, int start, int count, bool withRules)
    {
        (this.model, this.layout, this.start, this.count, this.withRules) = (model, layout, start, count, withRules);
        method = TransitionCompiler.NewMethod("expand", typeof(int), [typeof(ulong*), typeof(ulong*), typeof(long*), typeof(int*)]);
        il = method.GetILGenerator();
        code = new TermEmitter(il, layout);
        next = [.. Enumerable.Range(0, layout.WordCount).Select(_ => il.DeclareLocal(typeof(ulong)))];
        shift = il.DeclareLocal(typeof(int));
        made = il.DeclareLocal(typeof(int));
    }

    public ExpandState Compile()
    {
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stloc, made);
        var pending = new List<PendingRule>();
        for (var i = start; i < start + count; i++)
        {
            RequireDefined(model.Rules[i].IsGuardDefined, i);
            if (!model.Rules[i].Guard.IsFalse)
            {
                pending.Add(new PendingRule(i, [.. TermPool.Conjuncts(model.Rules[i].Guard).Distinct()]));
            }
        }

        WriteShared(pending);
        il.Emit(OpCodes.Ldloc, made);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<ExpandState>();
    }

    private sealed record PendingRule(int Rule, ImmutableArray<Term> Conditions);

    private void WriteShared(List<PendingRule> rules)
    {
        while (rules.Count > 0)
        {
            var shared = rules.SelectMany(rule => rule.Conditions).GroupBy(condition => condition)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.Id).FirstOrDefault();
            if (shared is null || shared.Count() == 1)
            {
                rules.ForEach(WriteAlone);
                return;
            }

            // Tests the conditions that these rules share one after the other, because there can be thousands.
            var some = rules.Where(rule => rule.Conditions.Contains(shared.Key)).ToList();
            var common = some.SelectMany(rule => rule.Conditions).GroupBy(condition => condition)
                .Where(group => group.Count() == some.Count).Select(group => group.Key).ToHashSet();
            var past = il.DefineLabel();
            foreach (var condition in common.OrderBy(condition => condition.Id))
            {
                code.Branch(condition, on: false, past);
            }

            WriteShared([.. some.Select(rule => rule with { Conditions = [.. rule.Conditions.Where(one => !common.Contains(one))] })]);
            il.MarkLabel(past);
            rules = [.. rules.Except(some)];
        }
    }

    private void WriteAlone(PendingRule rule)
    {
        var past = il.DefineLabel();
        foreach (var condition in rule.Conditions)
        {
            code.Branch(condition, on: false, past);
        }

        WriteStep(rule.Rule);
        il.MarkLabel(past);
    }

    private void RequireDefined(Term isDefined, int rule)
    {
        if (isDefined.IsTrue)
        {
            return;
        }

        var fine = il.DefineLabel();
        code.Branch(isDefined, on: true, fine);
        il.Emit(OpCodes.Ldc_I4, -1 - rule);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(fine);
    }

    private void WriteStep(int index)
    {
        var rule = model.Rules[index];
        RequireDefined(rule.AreUpdatesDefined, index);
        WriteFixed(rule);
        foreach (var write in rule.Writes.Where(write => !write.Index.IsConstant))
        {
            WriteByIndex(write);
        }

        for (var word = 0; word < next.Length; word++)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldloc, next[word]);
            il.Emit(OpCodes.Stind_I8);
            Advance(1, sizeof(ulong));
        }

        CountRule(rule.Rule);
        if (withRules)
        {
            il.Emit(OpCodes.Ldarg_3);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(OpCodes.Stind_I4);
            Advance(3, sizeof(int));
        }

        il.Emit(OpCodes.Ldloc, made);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, made);
    }

    // A class rather than a struct: the JIT compiles lists anew for each struct type, which costs more than it saves
    // here.
    private sealed record FixedWrite(LeafWrite Write, Slot Slot);

    // Writes to leaves at fixed positions; all constant writes to a word become one "and" and one "or".
    private void WriteFixed(LoweredRule rule)
    {
        var fixedWrites = rule.Writes.Where(write => write.Index.IsConstant)
            .Select(write => new FixedWrite(write, layout.Slots[write.Leaves[(int)write.Index.Number]]))
            .Where(pair => pair.Slot.Width > 0).ToList();
        for (var word = 0; word < next.Length; word++)
        {
            var here = fixedWrites.Where(pair => pair.Slot.Word == word).ToList();
            long keep = -1, set = 0;
            foreach (var (write, slot) in here)
            {
                keep &= ~(TermEmitter.MaskOf(slot) << slot.Shift);
                if (write.When.IsTrue && write.Value.IsConstant)
                {
                    set |= write.Value.Number << slot.Shift;
                }
            }

            code.PushWord(word);
            EmitIf(keep != -1, OpCodes.And, keep);
            EmitIf(set != 0, OpCodes.Or, set);
            // Writes of one leaf under mutually exclusive conditions are merged into one choice, because each alone
            // would have to preserve the old code.
            foreach (var same in here.GroupBy(pair => pair.Write.Leaves[(int)pair.Write.Index.Number])
                .Where(same => !same.Any(pair => pair.Write.When.IsTrue && pair.Write.Value.IsConstant)))
            {
                var (any, slot) = same.First();
                var value = model.Pool.Leaf(any.Leaves[(int)any.Index.Number], (int)TermEmitter.MaskOf(slot) + 1);
                foreach (var (write, _) in same)
                {
                    value = model.Pool.Choice(write.When, write.Value, value);
                }

                code.Push(value);
                il.Emit(OpCodes.Ldc_I4, slot.Shift);
                il.Emit(OpCodes.Shl);
                il.Emit(OpCodes.Or);
            }

            il.Emit(OpCodes.Stloc, next[word]);
        }
    }

    private void EmitIf(bool needed, OpCode op, long bits)
    {
        if (needed)
        {
            il.Emit(OpCodes.Ldc_I8, bits);
            il.Emit(op);
        }
    }

    private void WriteByIndex(LeafWrite write)
    {
        var first = layout.Slots[write.Leaves[0]];
        if (first.Width == 0)
        {
            return;
        }

        var past = il.DefineLabel();
        code.Branch(write.When, on: false, past);
        if (code.AreInRow(write.Leaves.AsSpan()))
        {
            code.PushShift(first, write.Index);
            il.Emit(OpCodes.Stloc, shift);
            il.Emit(OpCodes.Ldloc, next[first.Word]);
            il.Emit(OpCodes.Ldc_I8, TermEmitter.MaskOf(first));
            il.Emit(OpCodes.Ldloc, shift);
            il.Emit(OpCodes.Shl);
            il.Emit(OpCodes.Not);
            il.Emit(OpCodes.And);
            code.Push(write.Value);
            il.Emit(OpCodes.Ldloc, shift);
            il.Emit(OpCodes.Shl);
            il.Emit(OpCodes.Or);
            il.Emit(OpCodes.Stloc, next[first.Word]);
        }
        else
        {
            WriteByComparison(write);
        }

        il.MarkLabel(past);
    }

    private void WriteByComparison(LeafWrite write)
    {
        for (var i = 0; i < write.Leaves.Length; i++)
        {
            var slot = layout.Slots[write.Leaves[i]];
            var other = il.DefineLabel();
            code.Branch(model.Pool.Equal(write.Index, model.Pool.Constant(i)), on: false, other);
            il.Emit(OpCodes.Ldloc, next[slot.Word]);
            il.Emit(OpCodes.Ldc_I8, ~(TermEmitter.MaskOf(slot) << slot.Shift));
            il.Emit(OpCodes.And);
            code.Push(write.Value);
            il.Emit(OpCodes.Ldc_I4, slot.Shift);
            il.Emit(OpCodes.Shl);
            il.Emit(OpCodes.Or);
            il.Emit(OpCodes.Stloc, next[slot.Word]);
            il.MarkLabel(other);
        }
    }

    private void CountRule(int rule)
    {
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldc_I4, rule * sizeof(long));
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Dup);
        il.Emit(OpCodes.Ldind_I8);
        il.Emit(OpCodes.Ldc_I8, 1L);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stind_I8);
    }

    private void Advance(short argument, int bytes)
    {
        il.Emit(OpCodes.Ldarg, argument);
        il.Emit(OpCodes.Ldc_I4, bytes);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Starg, argument);
    }
}
