using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using Verify.Explicit.Packing;
using Verify.Lowering;

namespace Verify.Explicit.Compilation;

/// <summary>Writes all successors of a state, one after the other.</summary>
/// <param name="state">The state.</param>
/// <param name="successors">Space for as many states as there are lowered rules.</param>
/// <param name="counts">The number of times each rule of the model fired; the method adds to it.</param>
/// <param name="rules">The lowered rule of each successor; filled only by methods that are compiled for it.</param>
/// <returns>The number of successors; if negative, <c>-1 - rule</c> for a lowered rule that is undefined in the
/// state.</returns>
internal unsafe delegate int ExpandState(ulong* state, ulong* successors, long* counts, int* rules);

/// <summary>Evaluates predicates in a state.</summary>
/// <param name="state">The state.</param>
/// <returns>The predicates that hold, and a flag for an undefined one.</returns>
internal unsafe delegate PredicateBits CheckState(ulong* state);

/// <summary>Compiles lowered rules and predicates to machine code over packed states.</summary>
/// <remarks>
/// Guards share tests: the most frequent condition of a batch is tested once for all rules that have it, then
/// recursively for the rest. This is sound because terms are total; a separate term decides whether a rule is defined.
/// </remarks>
internal static class TransitionCompiler
{
    // The JIT does not optimise methods that are too large.
    private const int RulesPerMethod = 96;

    private static readonly ConstructorInfo NewBits = typeof(PredicateBits).GetConstructors().Single();

    /// <summary>Compiles the rules to methods; a caller runs all of them on each state.</summary>
    public static ImmutableArray<ExpandState> Compile(LoweredModel model, StateLayout layout, bool withRules)
    {
        var methods = ImmutableArray.CreateBuilder<ExpandState>();
        for (var start = 0; start < model.Rules.Length; start += RulesPerMethod)
        {
            var count = Math.Min(RulesPerMethod, model.Rules.Length - start);
            methods.Add(new RuleBatch(model, layout, start, count, withRules).Compile());
        }

        return methods.ToImmutable();
    }

    /// <summary>Compiles up to <see cref="PredicateBits.MaxCount"/> predicates.</summary>
    public static CheckState Compile(IReadOnlyList<LoweredPredicate> predicates, StateLayout layout)
    {
        var method = NewMethod("check", typeof(PredicateBits), [typeof(ulong*)]);
        var il = method.GetILGenerator();
        var code = new TermEmitter(il, layout);
        var result = il.DeclareLocal(typeof(long));
        il.Emit(OpCodes.Ldc_I8, 0L);
        il.Emit(OpCodes.Stloc, result);
        for (var i = 0; i < predicates.Count; i++)
        {
            SetBitUnless(predicates[i].IsDefined, holdsWhen: true, PredicateBits.Undefined);
            SetBitUnless(predicates[i].Holds, holdsWhen: false, PredicateBits.Only(i));
        }

        il.Emit(OpCodes.Ldloc, result);
        il.Emit(OpCodes.Newobj, NewBits);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<CheckState>();

        void SetBitUnless(Term term, bool holdsWhen, PredicateBits bit)
        {
            var skip = il.DefineLabel();
            code.Branch(term, holdsWhen, skip);
            il.Emit(OpCodes.Ldloc, result);
            il.Emit(OpCodes.Ldc_I8, bit.Bits);
            il.Emit(OpCodes.Or);
            il.Emit(OpCodes.Stloc, result);
            il.MarkLabel(skip);
        }
    }

    internal static DynamicMethod NewMethod(string name, Type result, Type[] arguments) =>
        new(name, result, arguments, typeof(TransitionCompiler).Module, skipVisibility: true) { InitLocals = false };
}
