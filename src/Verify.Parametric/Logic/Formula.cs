using System.Collections.Immutable;
using System.Globalization;

namespace Verify.Parametric.Logic;

/// <summary>A sort of first-order logic.</summary>
/// <param name="Name">The name in SMT-LIB.</param>
/// <param name="Members">The names of the members of an enum; empty for numbers and identities.</param>
/// <param name="IsIdentity">True for an uninterpreted sort, which is only known to be non-empty.</param>
public sealed record LogicSort(string Name, ImmutableArray<string> Members, bool IsIdentity)
{
    /// <summary>The sort of truth values.</summary>
    public static LogicSort Truth { get; } = new("Bool", ["false", "true"], false);

    /// <summary>The sort of integers.</summary>
    public static LogicSort Number { get; } = new("Int", [], false);

    // The name of a quantified variable. It differs from the keys of definitions (?k1, ?k2, …) and from variables of
    // other sorts.
    internal string NameOf(int variable) => string.Create(CultureInfo.InvariantCulture,
        $"?{Name}{(Name == "k" || (Name.Length > 0 && char.IsAsciiDigit(Name[^1])) ? "." : "")}{variable}");

    /// <inheritdoc/>
    public bool Equals(LogicSort? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A function, a relation or a constant of first-order logic. Identity is by reference.</summary>
/// <param name="name">The name in the SMT-LIB text.</param>
/// <param name="arguments">The sorts of the arguments.</param>
/// <param name="sort">The sort of the result.</param>
public sealed class Symbol(string name, ImmutableArray<LogicSort> arguments, LogicSort sort)
{
    /// <summary>The name in the SMT-LIB text.</summary>
    public string Name { get; } = name;

    /// <summary>The sorts of the arguments.</summary>
    public ImmutableArray<LogicSort> Arguments { get; } = arguments;

    /// <summary>The sort of the result.</summary>
    public LogicSort Sort { get; } = sort;

    /// <summary>The parameters and the body of a defined symbol; null for an uninterpreted one.</summary>
    public (ImmutableArray<Formula.Variable> Parameters, Formula Body)? Definition { get; init; }
}

/// <summary>The connectives and operations of <see cref="Formula.Operation"/>.</summary>
public enum Operator
{
    /// <summary>Negation.</summary>
    Not,

    /// <summary>Conjunction.</summary>
    And,

    /// <summary>Disjunction.</summary>
    Or,

    /// <summary>Implication.</summary>
    Implies,

    /// <summary>Equality, also of truth values.</summary>
    Equal,

    /// <summary>If-then-else.</summary>
    If,

    /// <summary>Less than or equal.</summary>
    AtMost,

    /// <summary>Sum.</summary>
    Plus,

    /// <summary>Difference.</summary>
    Minus,
}

/// <summary>A term or formula of many-sorted first-order logic, simplified when it is made.</summary>
public abstract class Formula
{
    private Formula(LogicSort sort) => Sort = sort;

    /// <summary>The sort of the value.</summary>
    public LogicSort Sort { get; }

    /// <summary>A known value: a truth value, a number, or the position of a member or element.</summary>
    public sealed class Constant : Formula
    {
        internal Constant(LogicSort sort, int number) : base(sort) => Number = number;

        /// <summary>The value.</summary>
        public int Number { get; }
    }

    /// <summary>The variable of a quantifier, or a parameter of a definition. Identity is by name.</summary>
    public sealed class Variable : Formula
    {
        internal Variable(string name, LogicSort sort) : base(sort) => Name = name;

        /// <summary>The name.</summary>
        public string Name { get; }
    }

    /// <summary>A symbol applied to its arguments.</summary>
    public sealed class Application : Formula
    {
        internal Application(Symbol symbol, ImmutableArray<Formula> arguments) : base(symbol.Sort) =>
            (Symbol, Arguments) = (symbol, arguments);

        /// <summary>The symbol.</summary>
        public Symbol Symbol { get; }

        /// <summary>The arguments.</summary>
        public ImmutableArray<Formula> Arguments { get; }
    }

    /// <summary>A connective or an operation.</summary>
    public sealed class Operation : Formula
    {
        internal Operation(Operator op, LogicSort sort, ImmutableArray<Formula> operands) : base(sort) =>
            (Operator, Operands) = (op, operands);

        /// <summary>The operator.</summary>
        public Operator Operator { get; }

        /// <summary>The operands.</summary>
        public ImmutableArray<Formula> Operands { get; }
    }

    /// <summary>A universal or existential quantifier.</summary>
    public sealed class Quantified : Formula
    {
        internal Quantified(bool isForAll, ImmutableArray<Variable> over, Formula body) : base(LogicSort.Truth) =>
            (IsForAll, Over, Body) = (isForAll, over, body);

        /// <summary>True for a universal quantifier, false for an existential one.</summary>
        public bool IsForAll { get; }

        /// <summary>The bound variables.</summary>
        public ImmutableArray<Variable> Over { get; }

        /// <summary>The body.</summary>
        public Formula Body { get; }
    }

    /// <summary>The constant "true".</summary>
    public static Formula True { get; } = new Constant(LogicSort.Truth, 1);

    /// <summary>The constant "false".</summary>
    public static Formula False { get; } = new Constant(LogicSort.Truth, 0);

    /// <summary>True if the formula is the constant "true".</summary>
    public bool IsTrue => this is Constant { Number: 1 } && Sort == LogicSort.Truth;

    /// <summary>True if the formula is the constant "false".</summary>
    public bool IsFalse => this is Constant { Number: 0 } && Sort == LogicSort.Truth;

    /// <summary>A constant.</summary>
    public static Formula Of(LogicSort sort, int number) => sort == LogicSort.Truth
        ? (number != 0 ? True : False)
        : new Constant(sort, number);

    /// <summary>A symbol applied to arguments.</summary>
    public static Formula Apply(Symbol symbol, params ImmutableArray<Formula> arguments) => new Application(symbol, arguments);

    /// <summary>Negation.</summary>
    public static Formula Not(Formula operand) => operand switch
    {
        { IsTrue: true } => False,
        { IsFalse: true } => True,
        Operation { Operator: Operator.Not } not => not.Operands[0],
        _ => new Operation(Operator.Not, LogicSort.Truth, [operand]),
    };

    /// <summary>Conjunction.</summary>
    public static Formula And(params IEnumerable<Formula> operands) => Join(Operator.And, operands);

    /// <summary>Disjunction.</summary>
    public static Formula Or(params IEnumerable<Formula> operands) => Join(Operator.Or, operands);

    /// <summary>Implication.</summary>
    public static Formula Implies(Formula left, Formula right) => (left, right) switch
    {
        ({ IsTrue: true }, _) => right,
        ({ IsFalse: true }, _) or (_, { IsTrue: true }) => True,
        (_, { IsFalse: true }) => Not(left),
        _ => new Operation(Operator.Implies, LogicSort.Truth, [left, right]),
    };

    /// <summary>Equality.</summary>
    public static Formula Equal(Formula left, Formula right) => (left, right) switch
    {
        (Constant a, Constant b) => a.Number == b.Number ? True : False,
        _ when IsSame(left, right) => True,
        ({ IsTrue: true }, _) => right,
        (_, { IsTrue: true }) => left,
        ({ IsFalse: true }, _) => Not(right),
        (_, { IsFalse: true }) => Not(left),
        _ => new Operation(Operator.Equal, LogicSort.Truth, [left, right]),
    };

    /// <summary>If-then-else.</summary>
    public static Formula If(Formula condition, Formula then, Formula otherwise)
    {
        if (condition.IsTrue || IsSame(then, otherwise))
        {
            return then;
        }

        return condition.IsFalse ? otherwise
            : then.Sort != LogicSort.Truth ? new Operation(Operator.If, then.Sort, [condition, then, otherwise])
            : then.IsTrue ? Or(condition, otherwise)
            : then.IsFalse ? And(Not(condition), otherwise)
            : otherwise.IsTrue ? Implies(condition, then)
            : otherwise.IsFalse ? And(condition, then)
            : new Operation(Operator.If, LogicSort.Truth, [condition, then, otherwise]);
    }

    /// <summary>Less than or equal.</summary>
    public static Formula AtMost(Formula left, Formula right) => (left, right) is (Constant a, Constant b)
        ? Of(LogicSort.Truth, a.Number <= b.Number ? 1 : 0)
        : new Operation(Operator.AtMost, LogicSort.Truth, [left, right]);

    /// <summary>Sum or difference.</summary>
    public static Formula Sum(bool isDifference, Formula left, Formula right) => (left, right) switch
    {
        (Constant a, Constant b) => Of(LogicSort.Number, isDifference ? a.Number - b.Number : a.Number + b.Number),
        (_, Constant { Number: 0 }) => left,
        _ => new Operation(isDifference ? Operator.Minus : Operator.Plus, LogicSort.Number, [left, right]),
    };

    /// <summary>A universal or existential quantifier.</summary>
    public static Formula Quantify(bool isForAll, ImmutableArray<Variable> over, Formula body) => (over, body) switch
    {
        ([], _) => body,
        (_, Constant) => body,
        (_, Quantified inner) when inner.IsForAll == isForAll => new Quantified(isForAll, [.. over, .. inner.Over], inner.Body),
        _ => new Quantified(isForAll, over, body),
    };

    /// <summary>The formula in SMT-LIB, on one line.</summary>
    public sealed override string ToString() => SmtText.Of(this);

    private static Formula Join(Operator op, IEnumerable<Formula> operands)
    {
        var (neutral, absorbing) = op == Operator.And ? (True, False) : (False, True);
        var parts = new List<Formula>();
        foreach (var operand in operands)
        {
            if (operand is Constant constant)
            {
                if (constant.Number == ((Constant)absorbing).Number)
                {
                    return absorbing;
                }
            }
            else if (operand is Operation same && same.Operator == op)
            {
                parts.AddRange(same.Operands);
            }
            else
            {
                parts.Add(operand);
            }
        }

        return parts.Count switch
        {
            0 => neutral,
            1 => parts[0],
            _ => new Operation(op, LogicSort.Truth, [.. parts]),
        };
    }

    // Recognises a term that is compared with itself; other equal terms are left to the solver.
    private static bool IsSame(Formula left, Formula right) => ReferenceEquals(left, right) || (left, right) switch
    {
        (Variable a, Variable b) => a.Name == b.Name,
        (Constant a, Constant b) => a.Number == b.Number && a.Sort == b.Sort,
        (Application a, Application b) => a.Symbol == b.Symbol && a.Arguments.Zip(b.Arguments).All(p => IsSame(p.First, p.Second)),
        _ => false,
    };
}

/// <summary>Prints formulas as SMT-LIB 2 text.</summary>
public static class SmtText
{
    /// <summary>Prints a formula on one line.</summary>
    public static string Of(Formula formula) => formula switch
    {
        Formula.Constant { Sort: var sort } c when sort == LogicSort.Number => c.Number < 0
            ? string.Create(CultureInfo.InvariantCulture, $"(- {-(long)c.Number})")
            : c.Number.ToString(CultureInfo.InvariantCulture),
        Formula.Constant { Sort.IsIdentity: true } c => Quoted($"{c.Sort.Name}!{c.Number}"),
        Formula.Constant c when c.Sort == LogicSort.Truth => c.Sort.Members[c.Number],
        Formula.Constant c => Quoted(MemberOf(c.Sort, c.Number)),
        Formula.Variable v => Quoted(v.Name),
        Formula.Application { Arguments: [] } a => Quoted(a.Symbol.Name),
        Formula.Application a => $"({Quoted(a.Symbol.Name)} {string.Join(' ', a.Arguments.Select(Of))})",
        Formula.Operation o => $"({WordOf(o.Operator)} {string.Join(' ', o.Operands.Select(Of))})",
        Formula.Quantified q => $"({(q.IsForAll ? "forall" : "exists")} ({string.Join(' ', q.Over.Select(Binding))}) {Of(q.Body)})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Prints a variable with its sort in parentheses.</summary>
    public static string Binding(Formula.Variable variable) => $"({Quoted(variable.Name)} {Quoted(variable.Sort.Name)})";

    /// <summary>The name of a member of a sort, prefixed by the sort to distinguish it from other symbols.</summary>
    public static string MemberOf(LogicSort sort, int position) => $"{sort.Name}.{sort.Members[position]}";

    /// <summary>A name as a symbol of SMT-LIB, quoted if necessary; different names give different symbols.</summary>
    public static string Quoted(string name)
    {
        const string Allowed = "~!@$%^&*_-+=<>.?/";
        var isSimple = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || Allowed.Contains(letter, StringComparison.Ordinal));
        return isSimple ? name : $"|{string.Concat(name.Select(Letter))}|";
    }

    // A quoted symbol may contain anything except bars, backslashes and line ends. These are escaped with "#", and a
    // "#" of the user becomes "##".
    private static string Letter(char letter) => letter switch
    {
        '#' => "##",
        '|' or '\\' => Code(letter),
        _ => char.IsControl(letter) ? Code(letter) : letter.ToString(),
    };

    private static string Code(char letter) => string.Create(CultureInfo.InvariantCulture, $"#{(int)letter:x4}");

    private static string WordOf(Operator op) => op switch
    {
        Operator.Not => "not",
        Operator.And => "and",
        Operator.Or => "or",
        Operator.Implies => "=>",
        Operator.Equal => "=",
        Operator.If => "ite",
        Operator.AtMost => "<=",
        Operator.Plus => "+",
        Operator.Minus => "-",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
