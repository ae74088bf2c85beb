using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using Verify.Explicit.Packing;
using Verify.Lowering;

namespace Verify.Explicit.Compilation;

/// <summary>Writes the successors of a state, one behind the other.</summary>
/// <param name="state">The state.</param>
/// <param name="successors">Room for as many states as there are lowered rules.</param>
/// <param name="counts">How often each rule of the model fired; added to.</param>
/// <param name="rules">Which lowered rule made each successor; not written by a method compiled without it.</param>
/// <returns>The number of successors; if negative, <c>-1 - rule</c> of a lowered rule that is undefined here.</returns>
internal unsafe delegate int ExpandState(ulong* state, ulong* successors, long* counts, int* rules);

/// <summary>Looks at predicates of a state.</summary>
/// <param name="state">The state.</param>
/// <returns>Those that hold, and whether one of them is undefined.</returns>
internal unsafe delegate PredicateBits CheckState(ulong* state);

/// <summary>Compiles lowered rules and predicates to machine code over packed states.</summary>
/// <remarks>
/// Guards are shared: of the conditions of a batch of rules the most frequent one is tested once for all that have it,
/// and so on below it. That is allowed because terms are total; whether a rule is defined is a test of its own.
/// </remarks>
internal static class TransitionCompiler
{
    // The just-in-time compiler gives up optimising methods that are too large.
    private const int RulesPerMethod = 96;

    private static readonly ConstructorInfo NewBits = typeof(PredicateBits).GetConstructors().Single();

    /// <summary>Compiles the rules; the methods are to be called one after the other.</summary>
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

    /// <summary>Compiles predicates, at most <see cref="PredicateBits.MaxCount"/>.</summary>
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
