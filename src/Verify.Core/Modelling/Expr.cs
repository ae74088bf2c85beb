using System.Collections.Immutable;
using System.Globalization;

namespace Verify.Modelling;

/// <summary>
/// An expression over the state. The set of nodes is closed; each node has a sort, and its constructor checks the
/// sorts.
/// </summary>
/// <remarks>
/// Passes use <see cref="ExprFold{T}"/>. <c>&amp;</c>, <c>|</c>, implication and <c>If</c> evaluate from the left and
/// stop as soon as the result is known. This matters for <see cref="ValueOf"/>, the only partial node.
/// </remarks>
public abstract partial class Expr
{
    /// <summary>
    /// The maximum depth of an expression. It allows recursion over expressions on the stack of any thread.
    /// </summary>
    public const int MaxDepth = 1000;

    private Expr(Sort sort, params ReadOnlySpan<Expr> parts)
    {
        // Code of a model that calls itself without end makes expressions until the stack is full.
        AuthoredCode.CheckStack();
        Sort = sort;
        foreach (var part in parts)
        {
            Depth = Math.Max(Depth, part.Depth + 1);
        }

        if (Depth > MaxDepth)
        {
            throw Dsl.Error(ErrorCodes.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"an expression is nested {Depth:N0} deep, and {MaxDepth:N0} is the most"),
                "say with ForAll or Exists what is said again and again, or join halves, and not one after the other");
        }
    }

    /// <summary>
    /// The nesting depth; 0 for an expression without operands. A chain of operators is as deep as it is long.
    /// </summary>
    public int Depth { get; }

    /// <summary>The sort of the values.</summary>
    public Sort Sort { get; }

    /// <summary>A constant of a scalar sort other than an option.</summary>
    public sealed class Literal : Expr
    {
        internal Literal(Sort sort, int number) : base(sort)
        {
            var (low, count) = sort is Sort.Interval range ? (range.Low, range.ScalarCount)
                : sort is Sort.Optional ? (0, 0) : (0, sort.ScalarCount);
            Number = number >= low && number - low < count
                ? number
                : throw Dsl.Error(ErrorCodes.OutOfRange, $"'{sort}' has no value {number}",
                    count > 0 ? $"choose from {low} to {low + count - 1}" : null);
        }

        /// <summary>The number itself for a range, 0 or 1 for a truth value, the position for a member.</summary>
        public int Number { get; }
    }

    /// <summary>The empty option.</summary>
    public sealed class NoneOf : Expr
    {
        internal NoneOf(Sort sort) : base(sort)
        {
        }
    }

    /// <summary>The current value of a variable.</summary>
    public sealed class Read : Expr
    {
        /// <summary>Reads a variable.</summary>
        public Read(Variable variable) : base(variable.Sort) => Variable = variable;

        /// <summary>The variable.</summary>
        public Variable Variable { get; }
    }

    /// <summary>A parameter of a rule or the variable of a quantifier.</summary>
    public sealed class BoundVariable : Expr
    {
        /// <summary>Refers to a binder.</summary>
        public BoundVariable(Binder binder) : base(binder.Sort) => Binder = binder;

        /// <summary>The binder.</summary>
        public Binder Binder { get; }
    }

    /// <summary>The value of a map at a key.</summary>
    public sealed class Index : Expr
    {
        internal Index(Expr map, Expr key) : base(((Sort.Mapping)map.Sort).Value, map, key) => (Map, Key) = (map, key);

        /// <summary>The map.</summary>
        public Expr Map { get; }

        /// <summary>The key.</summary>
        public Expr Key { get; }
    }

    /// <summary>A field of a record.</summary>
    public sealed class FieldOf : Expr
    {
        internal FieldOf(Expr record, Field field) : base(field.Sort, record) => (Record, Field) = (record, field);

        /// <summary>The record.</summary>
        public Expr Record { get; }

        /// <summary>The field.</summary>
        public Field Field { get; }

        /// <summary>The position of the field in its record.</summary>
        public int Position => ((Sort.Record)Record.Sort).IndexOf(Field);
    }

    /// <summary>A record made from its fields.</summary>
    public sealed class RecordOf : Expr
    {
        internal RecordOf(Sort.Record sort, ImmutableArray<Expr> fields) : base(sort, fields.AsSpan()) => Fields = fields;

        /// <summary>One expression per field, in the order of the record's fields.</summary>
        public ImmutableArray<Expr> Fields { get; }
    }

    /// <summary>A map with the same value at every key.</summary>
    public sealed class ConstantMap : Expr
    {
        internal ConstantMap(Sort.Mapping sort, Expr element) : base(sort, element) => Element = element;

        /// <summary>The value at every key.</summary>
        public Expr Element { get; }
    }

    /// <summary>An option that holds a value.</summary>
    public sealed class Some : Expr
    {
        internal Some(Expr content) : base(Sort.Option(content.Sort), content) => Content = content;

        /// <summary>The value it holds.</summary>
        public Expr Content { get; }
    }

    /// <summary>True if an option holds a value.</summary>
    public sealed class IsSome : Expr
    {
        internal IsSome(Expr option) : base(Sort.Bool, option) => Option = option;

        /// <summary>The option.</summary>
        public Expr Option { get; }
    }

    /// <summary>The value of an option; undefined if the option is empty (VRF120).</summary>
    public sealed class ValueOf : Expr
    {
        internal ValueOf(Expr option) : base(((Sort.Optional)option.Sort).Of, option) => Option = option;

        /// <summary>The option.</summary>
        public Expr Option { get; }
    }

    /// <summary>Negation.</summary>
    public sealed class Not : Expr
    {
        internal Not(Expr operand) : base(Sort.Bool, operand) => Operand = operand;

        /// <summary>The operand.</summary>
        public Expr Operand { get; }
    }

    /// <summary>
    /// A connective of two truth values; the right operand is evaluated only if the left does not decide.
    /// </summary>
    public sealed class Connective : Expr
    {
        internal Connective(LogicOperator op, Expr left, Expr right) : base(Sort.Bool, left, right) =>
            (Operator, Left, Right) = (op, left, right);

        /// <summary>The connective.</summary>
        public LogicOperator Operator { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }
    }

    /// <summary>Equality of two values of one sort, of any shape.</summary>
    public sealed class Equal : Expr
    {
        internal Equal(Expr left, Expr right) : base(Sort.Bool, left, right) => (Left, Right) = (left, right);

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }
    }

    /// <summary>A comparison of two numbers.</summary>
    public sealed class Compare : Expr
    {
        internal Compare(bool strict, Expr left, Expr right) : base(Sort.Bool, left, right) =>
            (IsStrict, Left, Right) = (strict, left, right);

        /// <summary>True for "less than", false for "at most".</summary>
        public bool IsStrict { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }
    }

    /// <summary>Sum or difference of two numbers. Its range follows from interval arithmetic.</summary>
    public sealed class Arithmetic : Expr
    {
        internal Arithmetic(bool subtract, Expr left, Expr right, Sort sort) : base(sort, left, right) =>
            (IsSubtract, Left, Right) = (subtract, left, right);

        /// <summary>True for a difference, false for a sum.</summary>
        public bool IsSubtract { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }
    }

    /// <summary>One of two values of one sort; only the selected one is evaluated.</summary>
    public sealed class Conditional : Expr
    {
        internal Conditional(Expr condition, Expr then, Expr otherwise, Sort sort) : base(sort, condition, then, otherwise) =>
            (Condition, IfTrue, IfFalse) = (condition, then, otherwise);

        /// <summary>The condition that selects the value.</summary>
        public Expr Condition { get; }

        /// <summary>The value if the condition holds.</summary>
        public Expr IfTrue { get; }

        /// <summary>The value if it does not.</summary>
        public Expr IfFalse { get; }
    }

    /// <summary>A quantifier over the values of a scalar sort.</summary>
    public sealed class Quantified : Expr
    {
        internal Quantified(Quantifier quantifier, Binder binder, Expr body)
            : base(quantifier == Quantifier.Count ? Sort.Range(0, binder.Sort.ScalarCount) : Sort.Bool, body) =>
            (Quantifier, Binder, Body) = (quantifier, binder, body);

        /// <summary>The quantifier.</summary>
        public Quantifier Quantifier { get; }

        /// <summary>The bound variable.</summary>
        public Binder Binder { get; }

        /// <summary>The statement about each value.</summary>
        public Expr Body { get; }
    }
}

/// <summary>The connectives of <see cref="Expr.Connective"/>.</summary>
public enum LogicOperator
{
    /// <summary>Both operands hold.</summary>
    And,

    /// <summary>At least one operand holds.</summary>
    Or,

    /// <summary>The right operand holds if the left one does.</summary>
    Implies,
}

/// <summary>The quantifiers of <see cref="Expr.Quantified"/>.</summary>
public enum Quantifier
{
    /// <summary>The body holds for every value.</summary>
    ForAll,

    /// <summary>The body holds for at least one value.</summary>
    Exists,

    /// <summary>The number of values for which the body holds.</summary>
    Count,
}

/// <summary>A parameter of a rule or the variable of a quantifier. Identity is by reference.</summary>
/// <param name="name">The name that reports print.</param>
/// <param name="sort">A scalar sort.</param>
/// <exception cref="UserErrorException">VRF101: the sort has no finite list of values.</exception>
public sealed class Binder(string name, Sort sort)
{
    /// <summary>The name that reports print.</summary>
    public string Name { get; } = name;

    /// <summary>The sort of its values.</summary>
    public Sort Sort { get; } = sort.IsScalar
        ? sort
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"a parameter cannot range over '{sort}': the sort has no finite list of values");

    /// <summary>The name of the binder.</summary>
    public override string ToString() => Name;
}
