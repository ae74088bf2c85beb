using Verify.Modelling;

namespace Verify.Murphi.Execution;

/// <summary>
/// The operators that the IR does not have, as choices between the values that their operands can have.
/// </summary>
internal static class MurphiArithmetic
{
    private const int MostChoices = 1024;

    /// <summary>An operator of two numbers; null if its operands have too many values.</summary>
    public static Expr? Of(Terms terms, string op, Expr left, Expr right)
    {
        switch (op)
        {
            case "+":
                return terms.Add(left, right);
            case "-":
                return terms.Subtract(left, right);
            case "<<" or ">>":
                return null;
        }

        var (a, b) = (RangeOf(left), RangeOf(right));
        if (op == "*" && (a.Low == a.High || b.Low == b.High))
        {
            return Product(terms, a.Low == a.High ? right : left, a.Low == a.High ? a.Low : b.Low);
        }

        // A table has the exact range, so it is taken where it is short.
        if (op is "%" or "/" && b.Low == b.High && b.Low > 0 && a.Low >= 0 && a.High - a.Low > 32 && a.High / b.Low <= MostChoices)
        {
            return Divided(terms, op, left, a.High, b.Low);
        }

        var (m, n) = ((long)a.High - a.Low + 1, (long)b.High - b.Low + 1);
        if (m * n > MostChoices)
        {
            return null;
        }

        // A table, by the left operand and then by the right one.
        return Choose(terms, left, a, x => Choose(terms, right, b, y => terms.Number(Compute(op, x, y))));
    }

    /// <summary>The condition under which an operator is defined.</summary>
    public static Expr DefinedIf(Terms terms, string op, Expr right) => op switch
    {
        "/" or "%" => terms.Not(terms.Equal(right, terms.Number(0))),
        _ => terms.True,
    };

    private static (int Low, int High) RangeOf(Expr number) => number.Sort is Sort.Interval range
        ? (range.Low, range.High)
        : throw new System.Diagnostics.UnreachableException();

    private static Expr Choose(Terms terms, Expr of, (int Low, int High) range, Func<int, Expr> make)
    {
        // Also a single value is undefined where its operand is.
        var result = range.Low == range.High && !terms.IsTotal(of) ? terms.Add(make(range.High), terms.Subtract(of, of)) : make(range.High);
        for (var value = range.High - 1; value >= range.Low; value--)
        {
            result = terms.If(terms.Equal(of, terms.Number(value)), make(value), result);
        }

        return result;
    }

    private static Expr? Product(Terms terms, Expr of, int times)
    {
        if (Math.Abs((long)times) > 64)
        {
            var range = RangeOf(of);
            return (long)range.High - range.Low < MostChoices ? Choose(terms, of, range, value => terms.Number((long)value * times)) : null;
        }

        var sum = times == 0 && !terms.IsTotal(of) ? terms.Subtract(of, of) : terms.Number(0);
        for (var i = 0; i < Math.Abs(times); i++)
        {
            sum = times > 0 ? terms.Add(sum, of) : terms.Subtract(sum, of);
        }

        return sum;
    }

    // One choice for each multiple of the divisor.
    private static Expr Divided(Terms terms, string op, Expr of, int high, int by)
    {
        Expr Piece(int quotient) => op == "/" ? terms.Number(quotient) : Rest(quotient);
        Expr Rest(int quotient) => terms.Subtract(of, terms.Number((long)quotient * by));
        var result = Piece(high / by);
        for (var quotient = high / by - 1; quotient >= 0; quotient--)
        {
            result = terms.If(terms.Less(true, of, terms.Number(((long)quotient + 1) * by)), Piece(quotient), result);
        }

        return result;
    }

    // Where an operator is not defined, its value does not matter.
    private static long Compute(string op, int a, int b) => op switch
    {
        "*" => (long)a * b,
        "/" => b == 0 ? 0 : (long)a / b,
        "%" => b == 0 ? 0 : (long)a % b,
        "&" => a & b,
        "|" => a | b,
        "^" => a ^ b,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
