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
/// <param name="Commands">The assertion that denies the goal.</param>
public sealed record ObligationText(string Name, string Commands);

/// <summary>Obligations with the same constants and assumptions.</summary>
/// <param name="Commands">The shared constants and assumptions.</param>
/// <param name="Obligations">The obligations.</param>
public sealed record ObligationContext(string Commands, ImmutableArray<ObligationText> Obligations);

/// <summary>Obligations that share declarations and assertions, usually those of one rule.</summary>
/// <param name="Commands">The shared commands.</param>
/// <param name="Contexts">The obligations.</param>
public sealed record ObligationGroup(string Commands, ImmutableArray<ObligationContext> Contexts);

/// <summary>A proof as SMT-LIB 2: the shared declarations and the obligations.</summary>
/// <param name="Declarations">The sorts, the symbols, the constraints that follow from the sorts of the variables, and a
/// definition of each conjunct.</param>
/// <param name="Groups">The groups of obligations.</param>
public sealed record ObligationWriter(string Declarations, ImmutableArray<ObligationGroup> Groups)
{
    /// <summary>The lines before obligations with the same constants and assumptions.</summary>
    public const string Context = "(push 1)\n; from the same assumptions\n";

    /// <summary>Writes all obligations of a proof.</summary>
    public static ObligationWriter Of(InvariantObligations obligations)
    {
        var groups = ImmutableArray.CreateBuilder<ObligationGroup>();
        var invariant = AssertionsOf(obligations);
        void Add(Func<Obligation, bool> belongs, Action<StringBuilder> common)
        {
            var text = new StringBuilder();
            common(text);
            var own = obligations.All.Where(belongs)
                .GroupBy(AssumptionsOf, obligation => new ObligationText(obligation.Name, DenialOf(obligation)))
                .Select(context => new ObligationContext(context.Key, [.. context])).ToImmutableArray();
            if (!own.IsEmpty)
            {
                groups.Add(new ObligationGroup(text.ToString(), own));
            }
        }

        Add(o => o.Kind == ObligationKind.Starts, text => Define(text, obligations.Model.LeastStart.Select(pair => pair.Start)));
        Add(o => o.Kind == ObligationKind.Suffices, text => text.Append(invariant));
        foreach (var rule in obligations.Model.Rules)
        {
            Add(o => o.Rule == rule, text =>
            {
                text.Append(invariant);
                Declare(text, [.. rule.Parameters, .. rule.Witnesses]);
                Assert(text, rule.Facts);
                Define(text, rule.After.Values.Select(pair => pair.After));
            });
        }

        return new ObligationWriter(
            DeclarationsOf(obligations.Model.Signature) + DefinitionsOf(obligations), groups.ToImmutable());
    }

    /// <summary>The number of obligations.</summary>
    public int Count => Groups.Sum(group => group.Contexts.Sum(context => context.Obligations.Length));

    /// <summary>
    /// The whole proof as one text for any SMT-LIB 2 solver, which must answer "unsat" once per obligation.
    /// </summary>
    public string Whole()
    {
        var text = new StringBuilder(Declarations);
        foreach (var group in Groups)
        {
            text.Append("\n(push 1)\n").Append(group.Commands);
            foreach (var context in group.Contexts)
            {
                text.Append(Context).Append(context.Commands);
                foreach (var obligation in context.Obligations)
                {
                    text.Append(CultureInfo.InvariantCulture, $"; {OneLine.Of(obligation.Name)}\n(push 1)\n");
                    text.Append(obligation.Commands).Append("(check-sat)\n(pop 1)\n");
                }

                text.Append("(pop 1)\n");
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
        Assert(text, model.StartConditions);
        foreach (var rule in model.Rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"; rule {OneLine.Of(rule.Rule.Name)}\n");
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

    // Each conjunct has a name, so that a rule assumes it in a few letters.
    private static string DefinitionsOf(InvariantObligations obligations)
    {
        var text = new StringBuilder();
        for (var i = 0; i < obligations.Invariant.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {OneLine.Of(obligations.Conjuncts[i].Name)}\n");
            text.Append(CultureInfo.InvariantCulture, $"(define-fun {NameOf(i)} () Bool {obligations.Invariant[i]})\n");
        }

        return text.ToString();
    }

    private static string AssertionsOf(InvariantObligations obligations) => string.Concat(obligations.Invariant
        .Select((conjunct, i) => conjunct.IsTrue ? "" : $"(assert {NameOf(i)})\n"));

    private static string NameOf(int conjunct) => string.Create(CultureInfo.InvariantCulture, $"$i{conjunct + 1}");

    private static string AssumptionsOf(Obligation obligation)
    {
        var text = new StringBuilder();
        Declare(text, obligation.Constants);
        Assert(text, obligation.Assumed);
        return text.ToString();
    }

    private static string DenialOf(Obligation obligation)
    {
        var text = new StringBuilder();
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
