using System.Globalization;
using Verify.Solvers;

namespace Verify.Tests.Solvers;

/// <summary>A truth value (0 bits) or a number with the given number of bits.</summary>
internal readonly record struct SmtValue(int Bits, ulong Number)
{
    /// <summary>The value of a code in the sort of its leaf.</summary>
    public static SmtValue Of(long code, int codes) => codes == 2
        ? Truth(code == 1)
        : Cut((ulong)code, Math.Max(1, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(codes - 1))));

    public static SmtValue Truth(bool holds) => new(0, holds ? 1UL : 0);

    public static SmtValue Cut(ulong number, int bits) => new(bits, bits == 64 ? number : number & ((1UL << bits) - 1));

    public bool Holds => Bits == 0 ? Number == 1 : throw new InvalidOperationException($"a number of {Bits} bits is not a truth value");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}:{Bits}");

    public long Signed => unchecked((long)(Number << (64 - Bits)) >> (64 - Bits));
}

/// <summary>
/// Evaluates the subset of SMT-LIB that the project writes: definitions and assertions for given values. It is
/// independent of the code that writes the text.
/// </summary>
internal sealed class SmtReading
{
    private readonly Dictionary<string, (string[] Parameters, SExpr Body)> functions = [];
    private readonly List<List<SExpr>> questions = [[]];

    /// <summary>Parses commands.</summary>
    public SmtReading(string text)
    {
        foreach (var command in SExpr.ReadAll(text))
        {
            switch (command.Head)
            {
                case "define-fun":
                    functions[command.Items[1].Text!] = ([.. command.Items[2].Items.Select(one => one.Items[0].Text!)], command.Items[4]);
                    break;
                case "assert":
                    questions[^1].Add(command.Items[1]);
                    break;
                case "check-sat":
                    questions.Add([]);
                    break;
            }
        }
    }

    /// <summary>The value of a declared predicate without a definition.</summary>
    public Func<string, IReadOnlyList<SmtValue>, bool>? Declared { get; set; }

    /// <summary>The assertions before each query, and after the last one.</summary>
    public IReadOnlyList<IReadOnlyList<SExpr>> Questions => questions;

    /// <summary>True if a defined predicate holds for some values.</summary>
    public bool Holds(string predicate, params IEnumerable<SmtValue> arguments) => Call(predicate, [.. arguments], []).Holds;

    /// <summary>
    /// True if an expression holds for given values of names; a statement about all values is checked for these.
    /// </summary>
    public bool Holds(SExpr expr, Dictionary<string, SmtValue> names) =>
        Of(expr.Head == "forall" ? expr.Items[2] : expr, names).Holds;

    private SmtValue Call(string name, SmtValue[] arguments, Dictionary<string, SmtValue> names)
    {
        if (!functions.TryGetValue(name, out var function))
        {
            return SmtValue.Truth(Declared!(name, arguments));
        }

        // A definition without parameters uses declared names.
        Assert.Equal(function.Parameters.Length, arguments.Length);
        var inner = arguments.Length == 0
            ? names
            : function.Parameters.Zip(arguments).ToDictionary(pair => pair.First, pair => pair.Second);
        return Of(function.Body, inner);
    }

    private SmtValue Of(SExpr expr, Dictionary<string, SmtValue> names)
    {
        if (expr.Text is { } word)
        {
            return names.TryGetValue(word, out var known) ? known : word switch
            {
                "true" => SmtValue.Truth(true),
                "false" => SmtValue.Truth(false),
                ['#', 'b', .. var digits] => SmtValue.Cut(Convert.ToUInt64(digits, 2), digits.Length),
                _ => Call(word, [], names),
            };
        }

        switch (expr.Head)
        {
            case "let":
                var inner = new Dictionary<string, SmtValue>(names);
                foreach (var binding in expr.Items[1].Items)
                {
                    inner[binding.Items[0].Text!] = Of(binding.Items[1], names);
                }

                return Of(expr.Items[2], inner);
            case "ite":
                return Of(expr.Items[1], names).Holds ? Of(expr.Items[2], names) : Of(expr.Items[3], names);
            case "and":
                return SmtValue.Truth(expr.Items.Skip(1).All(part => Of(part, names).Holds));
            case "or":
                return SmtValue.Truth(expr.Items.Skip(1).Any(part => Of(part, names).Holds));
            case "=>":
                return SmtValue.Truth(!Of(expr.Items[1], names).Holds || Of(expr.Items[2], names).Holds);
            case null:
                var of = Of(expr.Items[1], names);
                return Fitted(expr.Items[0], of);
            default:
                return Applied(expr.Head, [.. expr.Items.Skip(1).Select(part => Of(part, names))], names);
        }
    }

    private static SmtValue Fitted(SExpr how, SmtValue value)
    {
        int Size(int i) => int.Parse(how.Items[i].Text!, CultureInfo.InvariantCulture);
        return how.Items[1].Text switch
        {
            "zero_extend" => value with { Bits = value.Bits + Size(2) },
            "extract" => SmtValue.Cut(value.Number >> Size(3), Size(2) - Size(3) + 1),
            _ => throw new NotSupportedException(how.ToString()),
        };
    }

    private SmtValue Applied(string name, SmtValue[] parts, Dictionary<string, SmtValue> names)
    {
        if (name is "=" or ['b', 'v', ..])
        {
            Assert.Equal(parts[0].Bits, parts[1].Bits);
        }

        var bits = parts.Length > 0 ? parts[0].Bits : 0;
        return unchecked(name switch
        {
            "not" => SmtValue.Truth(!parts[0].Holds),
            "=" => SmtValue.Truth(parts[0] == parts[1]),
            "bvult" => SmtValue.Truth(parts[0].Number < parts[1].Number),
            "bvslt" => SmtValue.Truth(parts[0].Signed < parts[1].Signed),
            "bvadd" => SmtValue.Cut(parts[0].Number + parts[1].Number, bits),
            "bvsub" => SmtValue.Cut(parts[0].Number - parts[1].Number, bits),
            "bvmul" => SmtValue.Cut(parts[0].Number * parts[1].Number, bits),
            _ => Call(name, parts, names),
        });
    }
}
