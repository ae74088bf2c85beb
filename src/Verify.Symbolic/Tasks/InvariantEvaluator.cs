using System.Globalization;
using System.Runtime.CompilerServices;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Evaluates the predicate of an invariant without a solver. Truth values are 0 and 1; bit-vectors have up to 64 bits.
/// </summary>
internal sealed class InvariantEvaluator
{
    private readonly Func<ulong[], ulong> holds;
    private readonly int parameters;
    private int slots;

    private InvariantEvaluator(SExpr definition)
    {
        var names = new Dictionary<string, (int Slot, int Bits)>(StringComparer.Ordinal);
        foreach (var parameter in definition.Items[2].Items)
        {
            names[parameter.Items[0].Text!] = (slots++, BitsOf(parameter.Items[1]));
        }

        parameters = slots;
        (holds, var bits) = Compile(definition.Items[4], names);
        Require(bits == 0);
    }

    /// <summary>Parses the definition of a predicate.</summary>
    /// <returns>Null if it contains something unsupported.</returns>
    public static InvariantEvaluator? TryParse(string definition)
    {
        try
        {
            return InvariantText.WhyNot(definition) is null ? new InvariantEvaluator(SExpr.ReadAll(definition)[0]) : null;
        }
        catch (Exception e) when (e is NotSupportedException or InsufficientExecutionStackException)
        {
            return null;
        }
    }

    /// <summary>True if the predicate holds.</summary>
    /// <param name="codes">One code per parameter, in order.</param>
    public bool Holds(ReadOnlySpan<int> codes)
    {
        Require(codes.Length == parameters);
        var values = new ulong[slots];
        for (var i = 0; i < codes.Length; i++)
        {
            values[i] = (ulong)codes[i];
        }

        return holds(values) != 0;
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new NotSupportedException("an invariant is not well formed, or contains something unsupported");
        }
    }

    private static int BitsOf(SExpr sort)
    {
        if (sort.Is("Bool"))
        {
            return 0;
        }

        Require(sort.Items is [{ Text: "_" }, { Text: "BitVec" }, _]);
        return Number(sort.Items[2]) is var bits and > 0 and <= 64 ? bits : throw new NotSupportedException();
    }

    private static int Number(SExpr word) => int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new NotSupportedException();

    private static ulong Mask(int bits) => bits >= 64 ? ulong.MaxValue : (1UL << bits) - 1;

    private static long Signed(ulong value, int bits) => unchecked((long)(value << (64 - bits)) >> (64 - bits));

    private (Func<ulong[], ulong> Value, int Bits) Compile(SExpr term, Dictionary<string, (int Slot, int Bits)> names)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (term.Text is { } word)
        {
            return Word(word, names);
        }

        Require(term.Items.Length > 1);
        if (term.Head == "let")
        {
            return Let(term, names);
        }

        if (term.Head == "_")
        {
            Require(term.Items is [_, { Text: ['b', 'v', ..] }, _]);
            var (bits, value) = (Number(term.Items[2]), ulong.Parse(term.Items[1].Text.AsSpan(2), CultureInfo.InvariantCulture));
            Require(bits is > 0 and <= 64 && value <= Mask(bits));
            return (_ => value, bits);
        }

        var parts = term.Items.Skip(1).Select(item => Compile(item, names)).ToList();
        return term.Items[0] is { Head: "_" } indexed
            ? Indexed(indexed, parts)
            : Applied(term.Head ?? throw new NotSupportedException(), parts);
    }

    private static (Func<ulong[], ulong>, int) Word(string word, Dictionary<string, (int Slot, int Bits)> names)
    {
        if (names.TryGetValue(word, out var known))
        {
            return (values => values[known.Slot], known.Bits);
        }

        var constant = word switch
        {
            "true" => (1UL, 0),
            "false" => (0UL, 0),
            ['#', 'b', .. var digits] when digits.Length <= 64 => (Convert.ToUInt64(digits, 2), digits.Length),
            ['#', 'x', .. var digits] when digits.Length <= 16 => (Convert.ToUInt64(digits, 16), 4 * digits.Length),
            _ => throw new NotSupportedException(),
        };
        return (_ => constant.Item1, constant.Item2);
    }

    private (Func<ulong[], ulong>, int) Let(SExpr term, Dictionary<string, (int Slot, int Bits)> names)
    {
        Require(term.Items.Length == 3);
        var inner = new Dictionary<string, (int Slot, int Bits)>(names, StringComparer.Ordinal);
        var given = new List<(int Slot, Func<ulong[], ulong> Value)>();
        foreach (var binding in term.Items[1].Items)
        {
            Require(binding.Items is [{ Text: not null }, _]);
            var (value, bits) = Compile(binding.Items[1], names);
            given.Add((slots, value));
            inner[binding.Items[0].Text!] = (slots++, bits);
        }

        var (body, bitsOfBody) = Compile(term.Items[2], inner);
        return (values =>
        {
            foreach (var (slot, value) in given)
            {
                values[slot] = value(values);
            }

            return body(values);
        }, bitsOfBody);
    }

    private static (Func<ulong[], ulong>, int) Indexed(SExpr operation, List<(Func<ulong[], ulong> Value, int Bits)> parts)
    {
        Require(parts.Count == 1 && operation.Items.Length is 3 or 4);
        var (value, bits) = parts[0];
        var by = Number(operation.Items[2]);
        switch (operation.Items[1].Text)
        {
            case "extract":
                var low = Number(operation.Items[3]);
                Require(low <= by && by < bits);
                return (values => (value(values) >> low) & Mask(by - low + 1), by - low + 1);
            case "zero_extend":
                Require(bits > 0 && bits + by <= 64);
                return (value, bits + by);
            case "sign_extend":
                Require(bits > 0 && bits + by <= 64);
                return (values => unchecked((ulong)Signed(value(values), bits)) & Mask(bits + by), bits + by);
            case "bit2bool":
                Require(by < bits);
                return (values => (value(values) >> by) & 1, 0);
            default:
                throw new NotSupportedException();
        }
    }

    private static (Func<ulong[], ulong>, int) Applied(string name, List<(Func<ulong[], ulong> Value, int Bits)> parts)
    {
        var (all, bits) = (parts.Select(part => part.Value).ToArray(), parts[0].Bits);
        if (name == "ite")
        {
            Require(parts.Count == 3 && bits == 0 && parts[1].Bits == parts[2].Bits);
            return (values => all[all[0](values) != 0 ? 1 : 2](values), parts[1].Bits);
        }

        if (name == "concat")
        {
            Require(parts.Sum(part => part.Bits) <= 64 && parts.TrueForAll(part => part.Bits > 0));
            return (values => parts.Skip(1).Aggregate(all[0](values), (so, part) => (so << part.Bits) | part.Value(values)),
                parts.Sum(part => part.Bits));
        }

        Require(parts.TrueForAll(part => part.Bits == bits));
        if (bits == 0)
        {
            return (Truth(name, all), 0);
        }

        var mask = Mask(bits);
        if (parts.Count == 1)
        {
            return name switch
            {
                "bvnot" => (values => ~all[0](values) & mask, bits),
                "bvneg" => (values => unchecked(0 - all[0](values)) & mask, bits),
                _ => throw new NotSupportedException(),
            };
        }

        if (name == "distinct" || (name == "=" && parts.Count > 2))
        {
            return (Truth(name, all), 0);
        }

        if (Compared(name, bits) is { } compare)
        {
            Require(parts.Count == 2);
            return (values => compare(all[0](values), all[1](values)) ? 1UL : 0, name == "bvcomp" ? 1 : 0);
        }

        var operation = Combined(name, bits);
        Require(parts.Count == 2 || name is "bvand" or "bvor" or "bvxor" or "bvadd" or "bvmul");
        return (values => all.Skip(1).Aggregate(all[0](values), (so, next) => operation(so, next(values)) & mask), bits);
    }

    private static Func<ulong[], ulong> Truth(string name, Func<ulong[], ulong>[] all) => name switch
    {
        "not" when all.Length == 1 => values => 1 - all[0](values),
        "and" => values => Array.TrueForAll(all, one => one(values) != 0) ? 1UL : 0,
        "or" => values => Array.Exists(all, one => one(values) != 0) ? 1UL : 0,
        "xor" => values => all.Aggregate(0UL, (so, one) => so ^ one(values)),
        "=>" => values => Array.TrueForAll(all[..^1], one => one(values) != 0) ? all[^1](values) : 1,
        "=" => values => all.Select(one => one(values)).Distinct().Count() == 1 ? 1UL : 0,
        "distinct" => values => all.Select(one => one(values)).Distinct().Count() == all.Length ? 1UL : 0,
        _ => throw new NotSupportedException(),
    };

    private static Func<ulong, ulong, bool>? Compared(string name, int bits) => name switch
    {
        "=" or "bvcomp" => (a, b) => a == b,
        "bvult" => (a, b) => a < b,
        "bvule" => (a, b) => a <= b,
        "bvugt" => (a, b) => a > b,
        "bvuge" => (a, b) => a >= b,
        "bvslt" => (a, b) => Signed(a, bits) < Signed(b, bits),
        "bvsle" => (a, b) => Signed(a, bits) <= Signed(b, bits),
        "bvsgt" => (a, b) => Signed(a, bits) > Signed(b, bits),
        "bvsge" => (a, b) => Signed(a, bits) >= Signed(b, bits),
        _ => null,
    };

    private static Func<ulong, ulong, ulong> Combined(string name, int bits) => name switch
    {
        "bvand" => (a, b) => a & b,
        "bvor" => (a, b) => a | b,
        "bvxor" => (a, b) => a ^ b,
        "bvnand" => (a, b) => ~(a & b),
        "bvnor" => (a, b) => ~(a | b),
        "bvxnor" => (a, b) => ~(a ^ b),
        "bvadd" => (a, b) => unchecked(a + b),
        "bvsub" => (a, b) => unchecked(a - b),
        "bvmul" => (a, b) => unchecked(a * b),
        "bvudiv" => (a, b) => b == 0 ? ulong.MaxValue : a / b,
        "bvurem" => (a, b) => b == 0 ? a : a % b,
        "bvshl" => (a, b) => b >= (ulong)bits ? 0 : a << (int)b,
        "bvlshr" => (a, b) => b >= (ulong)bits ? 0 : a >> (int)b,
        "bvashr" => (a, b) => unchecked((ulong)(Signed(a, bits) >> (int)ulong.Min(b, 63))),
        _ => throw new NotSupportedException(),
    };
}
