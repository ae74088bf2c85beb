using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Checks the syntax of an invariant. It is the only part of a proof that another program writes, so it must define a
/// set of states and have no other effect; for example, a term that names itself would change the text after it.
/// </summary>
internal static partial class InvariantText
{
    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
    [
        "true", "false", "Bool", "BitVec", "_", "not", "and", "or", "xor", "=>", "=", "distinct", "ite", "let",
        "concat", "extract", "repeat", "zero_extend", "sign_extend", "rotate_left", "rotate_right", "bit2bool",
        "bvnot", "bvneg", "bvand", "bvor", "bvxor", "bvnand", "bvnor", "bvxnor", "bvcomp", "bvadd", "bvsub", "bvmul",
        "bvudiv", "bvurem", "bvsdiv", "bvsrem", "bvsmod", "bvshl", "bvlshr", "bvashr",
        "bvult", "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge",
    ]);

    /// <summary>
    /// The reason why a text is not the definition of one predicate over bit-vectors, named <c>inv</c>; null if it is.
    /// </summary>
    public static string? WhyNot(string text)
    {
        try
        {
            return text.Any(letter => letter is ';' or '"' or '|' || (char.IsControl(letter) && letter != '\n'))
                ? "it contains comments, strings or quoted names"
                : SExpr.ReadAll(text) is [{ Head: "define-fun", Items: [_, { Text: "inv" }, var parameters, { Text: "Bool" }, var body] }]
                ? new[] { parameters, body }.SelectMany(Atoms).FirstOrDefault(atom => !IsPlain(atom)) is { } strange
                    ? $"'{strange}' is unknown"
                    : null
                : "it has a different definition, or several";
        }
        catch (SolverException e)
        {
            return e.Message;
        }
    }

    private static bool IsPlain(string atom) => Known.Contains(atom) || Local().IsMatch(atom) || Number().IsMatch(atom);

    // Not recursive, because the output of solvers can be nested deeper than the stack allows.
    private static IEnumerable<string> Atoms(SExpr expr)
    {
        var open = new Stack<SExpr>([expr]);
        while (open.TryPop(out var next))
        {
            if (next.Text is { } atom)
            {
                yield return atom;
            }

            foreach (var item in next.Items)
            {
                open.Push(item);
            }
        }
    }

    // Parameters, and the names that solvers give to parts of a term.
    [GeneratedRegex(@"\A[A-Za-z$?]+[!_.]?[0-9]+(![0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Local();

    [GeneratedRegex(@"\A(#b[01]+|#x[0-9A-Fa-f]+|[0-9]+|bv[0-9]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
