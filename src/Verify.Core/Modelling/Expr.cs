using System.Collections.Immutable;
using System.Globalization;

namespace Verify.Modelling;

/// <summary>An expression over the state: a closed set of nodes, each with a sort, checked when it is made.</summary>
/// <remarks>
/// Consumed through <see cref="ExprFold{T}"/> only. <c>&amp;</c>, <c>|</c>, implication and <c>If</c> evaluate
/// from the left and only as far as needed; that matters for <see cref="ValueOf"/>, the one partial node.
/// </remarks>
public abstract partial class Expr
{
    /// <summary>
    /// The deepest expression that may be: whoever takes expressions apart may do so by recursion, on the stack of any thread.
    /// </summary>
    public const int MaxDepth = 1000;

    private Expr(Sort sort, params ReadOnlySpan<Expr> parts)
    {
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

    /// <summary>How deep it is nested; 0 where it has no parts. A chain of many is as deep as it is long.</summary>
    public int Depth { get; }

    /// <summary>The sort of the values.</summary>
    public Sort Sort { get; }

    internal abstract T Accept<T>(ExprFold<T> fold);

    /// <summary>A constant of a scalar sort that is no option.</summary>
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

        /// <summary>The number itself for a range, 0 or 1 for a truth value, else the position of the member.</summary>
        public int Number { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnLiteral(this);
    }

    /// <summary>The empty option.</summary>
    public sealed class NoneOf : Expr
    {
        internal NoneOf(Sort sort) : base(sort)
        {
        }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnNone(this);
    }

    /// <summary>The current value of a variable.</summary>
    public sealed class Read : Expr
    {
        /// <summary>Reads a variable.</summary>
        public Read(Variable variable) : base(variable.Sort) => Variable = variable;

        /// <summary>The variable.</summary>
        public Variable Variable { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnRead(this);
    }

    /// <summary>A parameter of a rule or the variable of a quantifier.</summary>
    public sealed class BoundVariable : Expr
    {
        /// <summary>Reads what a binder stands for.</summary>
        public BoundVariable(Binder binder) : base(binder.Sort) => Binder = binder;

        /// <summary>What it is bound by.</summary>
        public Binder Binder { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnBoundVariable(this);
    }

    /// <summary>The value of a map at a key.</summary>
    public sealed class Index : Expr
    {
        internal Index(Expr map, Expr key) : base(((Sort.Mapping)map.Sort).Value, map, key) => (Map, Key) = (map, key);

        /// <summary>The map.</summary>
        public Expr Map { get; }

        /// <summary>The key.</summary>
        public Expr Key { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnIndex(this);
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

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnFieldOf(this);
    }

    /// <summary>A record from its fields.</summary>
    public sealed class RecordOf : Expr
    {
        internal RecordOf(Sort.Record sort, ImmutableArray<Expr> fields) : base(sort, fields.AsSpan()) => Fields = fields;

        /// <summary>One expression a field, in the order of the record's fields.</summary>
        public ImmutableArray<Expr> Fields { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnRecordOf(this);
    }

    /// <summary>A map that has the same value everywhere.</summary>
    public sealed class ConstantMap : Expr
    {
        internal ConstantMap(Sort.Mapping sort, Expr element) : base(sort, element) => Element = element;

        /// <summary>The value at every key.</summary>
        public Expr Element { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnConstantMap(this);
    }

    /// <summary>An option that holds a value.</summary>
    public sealed class Some : Expr
    {
        internal Some(Expr content) : base(Sort.Option(content.Sort), content) => Content = content;

        /// <summary>The value it holds.</summary>
        public Expr Content { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnSome(this);
    }

    /// <summary>Whether an option holds a value.</summary>
    public sealed class IsSome : Expr
    {
        internal IsSome(Expr option) : base(Sort.Bool, option) => Option = option;

        /// <summary>The option.</summary>
        public Expr Option { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnIsSome(this);
    }

    /// <summary>The value of an option; undefined when it is empty (VRF120 when that is met).</summary>
    public sealed class ValueOf : Expr
    {
        internal ValueOf(Expr option) : base(((Sort.Optional)option.Sort).Of, option) => Option = option;

        /// <summary>The option.</summary>
        public Expr Option { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnValueOf(this);
    }

    /// <summary>Negation.</summary>
    public sealed class Not : Expr
    {
        internal Not(Expr operand) : base(Sort.Bool, operand) => Operand = operand;

        /// <summary>What is negated.</summary>
        public Expr Operand { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnNot(this);
    }

    /// <summary>A connective of two truth values; the right one is looked at only when the left does not decide.</summary>
    public sealed class Connective : Expr
    {
        internal Connective(LogicOperator op, Expr left, Expr right) : base(Sort.Bool, left, right) =>
            (Operator, Left, Right) = (op, left, right);

        /// <summary>Which connective.</summary>
        public LogicOperator Operator { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnConnective(this);
    }

    /// <summary>Equality of two values of one sort, of any shape.</summary>
    public sealed class Equal : Expr
    {
        internal Equal(Expr left, Expr right) : base(Sort.Bool, left, right) => (Left, Right) = (left, right);

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnEqual(this);
    }

    /// <summary>Order of two numbers.</summary>
    public sealed class Compare : Expr
    {
        internal Compare(bool strict, Expr left, Expr right) : base(Sort.Bool, left, right) =>
            (IsStrict, Left, Right) = (strict, left, right);

        /// <summary>Less when true, at most when false.</summary>
        public bool IsStrict { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnCompare(this);
    }

    /// <summary>Sum or difference of two numbers; its range is the one that interval arithmetic gives.</summary>
    public sealed class Arithmetic : Expr
    {
        internal Arithmetic(bool subtract, Expr left, Expr right, Sort sort) : base(sort, left, right) =>
            (IsSubtract, Left, Right) = (subtract, left, right);

        /// <summary>Difference when true, sum when false.</summary>
        public bool IsSubtract { get; }

        /// <summary>The left operand.</summary>
        public Expr Left { get; }

        /// <summary>The right operand.</summary>
        public Expr Right { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnArithmetic(this);
    }

    /// <summary>One of two values of one sort; only the chosen one is looked at.</summary>
    public sealed class Conditional : Expr
    {
        internal Conditional(Expr condition, Expr then, Expr otherwise, Sort sort) : base(sort, condition, then, otherwise) =>
            (Condition, IfTrue, IfFalse) = (condition, then, otherwise);

        /// <summary>Which of the two.</summary>
        public Expr Condition { get; }

        /// <summary>The value when it holds.</summary>
        public Expr IfTrue { get; }

        /// <summary>The value when it does not.</summary>
        public Expr IfFalse { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnConditional(this);
    }

    /// <summary>A statement about every or some value of a scalar sort, or the number of values it holds for.</summary>
    public sealed class Quantified : Expr
    {
        internal Quantified(Quantifier quantifier, Binder binder, Expr body)
            : base(quantifier == Quantifier.Count ? Sort.Range(0, binder.Sort.ScalarCount) : Sort.Bool, body) =>
            (Quantifier, Binder, Body) = (quantifier, binder, body);

        /// <summary>Which quantifier.</summary>
        public Quantifier Quantifier { get; }

        /// <summary>What ranges over the sort.</summary>
        public Binder Binder { get; }

        /// <summary>What is said of it.</summary>
        public Expr Body { get; }

        internal override T Accept<T>(ExprFold<T> fold) => fold.OnQuantified(this);
    }
}

/// <summary>The connectives of <see cref="Expr.Connective"/>.</summary>
public enum LogicOperator
{
    /// <summary>Both hold.</summary>
    And,

    /// <summary>At least one holds.</summary>
    Or,

    /// <summary>The right one holds if the left one does.</summary>
    Implies,
}

/// <summary>The quantifiers of <see cref="Expr.Quantified"/>.</summary>
public enum Quantifier
{
    /// <summary>For every value.</summary>
    ForAll,

    /// <summary>For at least one value.</summary>
    Exists,

    /// <summary>The number of values, from 0.</summary>
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

    /// <summary>What it ranges over.</summary>
    public Sort Sort { get; } = sort.IsScalar
        ? sort
        : throw Dsl.Error(ErrorCodes.SortMismatch, $"'{sort}' cannot be ranged over: it has no finite list of values");

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
