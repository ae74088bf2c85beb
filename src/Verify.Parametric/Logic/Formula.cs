using System.Collections.Immutable;
using System.Globalization;

namespace Verify.Parametric.Logic;

/// <summary>What a term of first-order logic stands for.</summary>
/// <param name="Name">The name in SMT-LIB.</param>
/// <param name="Members">The names of the members, when they are known one by one; empty for numbers and identities.</param>
/// <param name="IsIdentity">Whether it is a universe of which nothing is known but that it is not empty.</param>
public sealed record LogicSort(string Name, ImmutableArray<string> Members, bool IsIdentity)
{
    /// <summary>Truth values.</summary>
    public static LogicSort Truth { get; } = new("Bool", ["false", "true"], false);

    /// <summary>Whole numbers.</summary>
    public static LogicSort Number { get; } = new("Int", [], false);

    // The name of a variable of a quantifier: no key of a definition (?k1, ?k2, …), and no variable of another sort.
    internal string NameOf(int variable) => string.Create(CultureInfo.InvariantCulture,
        $"?{Name}{(Name == "k" || (Name.Length > 0 && char.IsAsciiDigit(Name[^1])) ? "." : "")}{variable}");

    /// <inheritdoc/>
    public bool Equals(LogicSort? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A function, a relation or a constant of first-order logic. Identity is by reference.</summary>
/// <param name="name">The name, as the text declares it.</param>
/// <param name="arguments">What it is applied to.</param>
/// <param name="sort">What it gives.</param>
public sealed class Symbol(string name, ImmutableArray<LogicSort> arguments, LogicSort sort)
{
    /// <summary>The name, as the text declares it.</summary>
    public string Name { get; } = name;

    /// <summary>What it is applied to.</summary>
    public ImmutableArray<LogicSort> Arguments { get; } = arguments;

    /// <summary>What it gives.</summary>
    public LogicSort Sort { get; } = sort;

    /// <summary>For a defined symbol, its parameters and what it stands for.</summary>
    public (ImmutableArray<Formula.Variable> Parameters, Formula Body)? Definition { get; init; }
}

/// <summary>The connectives and operations of <see cref="Formula.Operation"/>.</summary>
public enum Operator
{
    /// <summary>Negation.</summary>
    Not,

    /// <summary>All hold.</summary>
    And,

    /// <summary>One holds.</summary>
    Or,

    /// <summary>The second holds if the first does.</summary>
    Implies,

    /// <summary>Equality, of truth values too.</summary>
    Equal,

    /// <summary>The second or the third, by the first.</summary>
    If,

    /// <summary>At most.</summary>
    AtMost,

    /// <summary>Sum.</summary>
    Plus,

    /// <summary>Difference.</summary>
    Minus,
}

/// <summary>A term or formula of first-order logic with sorts, simplified as it is made.</summary>
public abstract class Formula
{
    private Formula(LogicSort sort) => Sort = sort;

    /// <summary>What it stands for.</summary>
    public LogicSort Sort { get; }

    /// <summary>A value that is known: a truth value, a number, or the position of a member or of an element.</summary>
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

    /// <summary>A symbol applied to as many arguments as it takes.</summary>
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

        /// <summary>Which one.</summary>
        public Operator Operator { get; }

        /// <summary>What it is applied to.</summary>
        public ImmutableArray<Formula> Operands { get; }
    }

    /// <summary>A statement about every, or about some, element.</summary>
    public sealed class Quantified : Formula
    {
        internal Quantified(bool isForAll, ImmutableArray<Variable> over, Formula body) : base(LogicSort.Truth) =>
            (IsForAll, Over, Body) = (isForAll, over, body);

        /// <summary>Every when true, some when false.</summary>
        public bool IsForAll { get; }

        /// <summary>What it ranges over.</summary>
        public ImmutableArray<Variable> Over { get; }

        /// <summary>What is said.</summary>
        public Formula Body { get; }
    }

    /// <summary>Holds.</summary>
    public static Formula True { get; } = new Constant(LogicSort.Truth, 1);

    /// <summary>Does not hold.</summary>
    public static Formula False { get; } = new Constant(LogicSort.Truth, 0);

    /// <summary>Whether it is the constant "holds".</summary>
    public bool IsTrue => this is Constant { Number: 1 } && Sort == LogicSort.Truth;

    /// <summary>Whether it is the constant "does not hold".</summary>
    public bool IsFalse => this is Constant { Number: 0 } && Sort == LogicSort.Truth;

    /// <summary>A known value.</summary>
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

    /// <summary>All hold.</summary>
    public static Formula And(params IEnumerable<Formula> operands) => Join(Operator.And, operands);

    /// <summary>At least one holds.</summary>
    public static Formula Or(params IEnumerable<Formula> operands) => Join(Operator.Or, operands);

    /// <summary>The second holds if the first does.</summary>
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

    /// <summary>One of two, by a condition.</summary>
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

    /// <summary>At most.</summary>
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

    /// <summary>A statement about every, or about some, element.</summary>
    public static Formula Quantify(bool isForAll, ImmutableArray<Variable> over, Formula body) => (over, body) switch
    {
        ([], _) => body,
        (_, Constant) => body,
        (_, Quantified inner) when inner.IsForAll == isForAll => new Quantified(isForAll, [.. over, .. inner.Over], inner.Body),
        _ => new Quantified(isForAll, over, body),
    };

    /// <summary>The text in SMT-LIB, on one line.</summary>
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

    // Enough to see that a term is compared with itself; equal terms that are written differently are the solver's.
    private static bool IsSame(Formula left, Formula right) => ReferenceEquals(left, right) || (left, right) switch
    {
        (Variable a, Variable b) => a.Name == b.Name,
        (Constant a, Constant b) => a.Number == b.Number && a.Sort == b.Sort,
        (Application a, Application b) => a.Symbol == b.Symbol && a.Arguments.Zip(b.Arguments).All(p => IsSame(p.First, p.Second)),
        _ => false,
    };
}

/// <summary>Formulas as SMT-LIB 2 text.</summary>
public static class SmtText
{
    /// <summary>A formula on one line.</summary>
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

    /// <summary>A variable with its sort, in parentheses.</summary>
    public static string Binding(Formula.Variable variable) => $"({Quoted(variable.Name)} {Quoted(variable.Sort.Name)})";

    /// <summary>The name of a member of a sort, told apart from other symbols by the name of the sort.</summary>
    public static string MemberOf(LogicSort sort, int position) => $"{sort.Name}.{sort.Members[position]}";

    /// <summary>A name as a symbol of SMT-LIB, quoted where it has to be; different names are different symbols.</summary>
    public static string Quoted(string name)
    {
        const string Allowed = "~!@$%^&*_-+=<>.?/";
        var isSimple = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || Allowed.Contains(letter, StringComparison.Ordinal));
        return isSimple ? name : $"|{string.Concat(name.Select(Letter))}|";
    }

    // Between bars there is all but bars, backslashes and line ends. What is written another way is told from what a user
    // writes that way: "##" is one "#".
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
