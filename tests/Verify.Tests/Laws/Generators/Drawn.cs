using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// Records the functions of the language that a generator uses: each call is inside of a delegate, and the code of the
/// delegate contains the members that it calls. So no list has to be maintained.
/// </summary>
internal sealed class Drawn
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(code => (OpCode)code.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly Dictionary<MethodInfo, MethodBase[]> Calls = [];

    /// <summary>The members in the form of <see cref="NameOf(MethodBase)"/>.</summary>
    public SortedSet<string> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls a function and records its members.</summary>
    public T Say<T>(Func<T> word)
    {
        Note(word.Method);
        return word();
    }

    /// <summary>Runs an action and records its members.</summary>
    public void Do(Action word)
    {
        Note(word.Method);
        word();
    }

    /// <summary>The name of a member with its parameter types, without namespaces.</summary>
    public static string NameOf(MethodBase member)
    {
        var parameters = member.GetParameters()
            .Where(one => !one.IsDefined(typeof(CallerFilePathAttribute)) && !one.IsDefined(typeof(CallerLineNumberAttribute)))
            .Select(one => NameOf(one.ParameterType));
        return $"{NameOf(member.DeclaringType!)}.{member.Name}({string.Join(", ", parameters)})";
    }

    private void Note(MethodInfo word)
    {
        lock (Calls)
        {
            if (!Calls.TryGetValue(word, out var called))
            {
                Calls[word] = called = [.. CalledBy(word).Where(member => member.DeclaringType?.Namespace == "Verify.Modelling")];
            }

            Words.UnionWith(called.Select(NameOf));
        }
    }

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.IsNested && !type.IsGenericParameter ? $"{type.DeclaringType!.Name}.{type.Name}"
        : type.Name;

    private static IEnumerable<MethodBase> CalledBy(MethodInfo method)
    {
        var code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (var at = 0; at < code.Length;)
        {
            var op = code[at] == 0xfe ? Codes[unchecked((short)(0xfe00 | code[at + 1]))] : Codes[code[at]];
            at += op.Size;
            if (op.OperandType == OperandType.InlineMethod)
            {
                yield return method.Module.ResolveMethod(BitConverter.ToInt32(code, at), method.DeclaringType!.IsGenericType
                    ? method.DeclaringType.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null)!;
            }

            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
