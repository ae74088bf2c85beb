using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;

namespace Verify.Parametric.Obligations;

/// <summary>
/// One obligation as SMT-LIB 2 commands between a push and a pop; it holds if they are unsatisfiable.
/// </summary>
/// <param name="Name">The name of the obligation.</param>
/// <param name="Commands">The declarations and assertions.</param>
public sealed record ObligationText(string Name, string Commands);

/// <summary>Obligations that share declarations and assertions, usually those of one rule.</summary>
/// <param name="Commands">The shared commands.</param>
/// <param name="Obligations">The obligations.</param>
public sealed record ObligationGroup(string Commands, ImmutableArray<ObligationText> Obligations);

/// <summary>A proof as SMT-LIB 2: the shared declarations and the obligations.</summary>
/// <param name="Declarations">The sorts, the symbols, and the constraints that follow from the sorts of the
/// variables.</param>
/// <param name="Groups">The groups of obligations.</param>
public sealed record ObligationWriter(string Declarations, ImmutableArray<ObligationGroup> Groups)
{
    /// <summary>Writes all obligations of a proof.</summary>
    public static ObligationWriter Of(InvariantObligations obligations)
    {
        var groups = ImmutableArray.CreateBuilder<ObligationGroup>();
        void Add(Func<Obligation, bool> belongs, Action<StringBuilder> common)
        {
            var text = new StringBuilder();
            common(text);
            var own = obligations.All.Where(belongs).Select(o => new ObligationText(o.Name, Commands(o))).ToImmutableArray();
            if (!own.IsEmpty)
            {
                groups.Add(new ObligationGroup(text.ToString(), own));
            }
        }

        Add(o => o.Kind == ObligationKind.Starts, text => Define(text, obligations.Model.Initial.Select(pair => pair.Start)));
        Add(o => o.Kind == ObligationKind.Suffices, text => Assert(text, obligations.Invariant));
        foreach (var rule in obligations.Model.Rules)
        {
            Add(o => o.Rule == rule, text =>
            {
                Assert(text, obligations.Invariant);
                Declare(text, [.. rule.Parameters, .. rule.Witnesses]);
                Assert(text, rule.Facts);
                Define(text, rule.After.Values.Select(pair => pair.After));
            });
        }

        return new ObligationWriter(DeclarationsOf(obligations.Model.Signature), groups.ToImmutable());
    }

    /// <summary>The number of obligations.</summary>
    public int Count => Groups.Sum(group => group.Obligations.Length);

    /// <summary>
    /// The whole proof as one text for any SMT-LIB 2 solver, which must answer "unsat" once per obligation.
    /// </summary>
    public string Whole()
    {
        var text = new StringBuilder(Declarations);
        foreach (var group in Groups)
        {
            text.Append("\n(push 1)\n").Append(group.Commands);
            foreach (var obligation in group.Obligations)
            {
                text.Append(CultureInfo.InvariantCulture, $"; {obligation.Name.ReplaceLineEndings(" ")}\n(push 1)\n");
                text.Append(obligation.Commands).Append("(check-sat)\n(pop 1)\n");
            }

            text.Append("(pop 1)\n");
        }

        return text.ToString();
    }

    /// <summary>The text of a model alone, for its digest.</summary>
    public static string Of(FirstOrderModel model)
    {
        var text = new StringBuilder(DeclarationsOf(model.Signature));
        Define(text, model.Initial.Select(pair => pair.Start));
        foreach (var rule in model.Rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"; rule {rule.Rule.Name.ReplaceLineEndings(" ")}\n");
            Declare(text, [.. rule.Parameters, .. rule.Witnesses]);
            Assert(text, [.. rule.Facts, rule.IsGuardDefined, rule.Guard, rule.AreUpdatesDefined]);
            Define(text, rule.After.Values.Select(pair => pair.After));
        }

        return text.ToString();
    }

    private static string DeclarationsOf(Signature signature)
    {
        var text = new StringBuilder("(set-logic ALL)\n");
        foreach (var sort in signature.Sorts)
        {
            text.Append(sort.IsIdentity
                ? $"(declare-sort {SmtText.Quoted(sort.Name)} 0)\n"
                : $"(declare-datatypes (({SmtText.Quoted(sort.Name)} 0)) (({string.Join(' ', Members(sort))})))\n");
        }

        Declare(text, signature.Leaves.Select(leaf => leaf.Symbol));
        Assert(text, signature.Typing());
        return text.ToString();
    }

    private static IEnumerable<string> Members(LogicSort sort) =>
        sort.Members.Select((_, i) => $"({SmtText.Quoted(SmtText.MemberOf(sort, i))})");

    private static string Commands(Obligation obligation)
    {
        var text = new StringBuilder();
        Declare(text, obligation.Constants);
        Assert(text, obligation.Assumed);
        Assert(text, [Formula.Not(obligation.Goal)]);
        return text.ToString();
    }

    private static void Declare(StringBuilder text, IEnumerable<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            var arguments = string.Join(' ', symbol.Arguments.Select(sort => SmtText.Quoted(sort.Name)));
            text.Append(CultureInfo.InvariantCulture,
                $"(declare-fun {SmtText.Quoted(symbol.Name)} ({arguments}) {SmtText.Quoted(symbol.Sort.Name)})\n");
        }
    }

    private static void Define(StringBuilder text, IEnumerable<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            var (parameters, body) = symbol.Definition!.Value;
            text.Append(CultureInfo.InvariantCulture, $"(define-fun {SmtText.Quoted(symbol.Name)} (");
            text.AppendJoin(' ', parameters.Select(SmtText.Binding));
            text.Append(CultureInfo.InvariantCulture, $") {SmtText.Quoted(symbol.Sort.Name)} {body})\n");
        }
    }

    private static void Assert(StringBuilder text, IEnumerable<Formula> formulas)
    {
        foreach (var formula in formulas.Where(formula => !formula.IsTrue))
        {
            text.Append(CultureInfo.InvariantCulture, $"(assert {formula})\n");
        }
    }
}
