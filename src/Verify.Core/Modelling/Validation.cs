using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>Checks the rules of the language that the sorts of expressions do not enforce.</summary>
internal static class Validation
{
    /// <summary>Checks a whole model.</summary>
    /// <exception cref="UserErrorException">
    /// VRF102 to VRF108, VRF111, VRF112, VRF115, VRF117: a rule of the language is violated.
    /// </exception>
    public static void Check(Model model)
    {
        Unique("variable", model.Variables.Select(v => (v.Name, v.Where)));
        Unique("rule", model.Rules.Select(r => (r.Name, r.Where)));
        Unique("property", model.Properties.Select(p => (p.Name, p.Where)));
        if (model.Rules.IsEmpty || model.Properties.IsEmpty)
        {
            throw UserErrorException.At(null, ErrorCodes.EmptyModel,
                $"model '{model.Name}' has {(model.Rules.IsEmpty, model.Properties.IsEmpty) switch
                {
                    (true, true) => "no rule and no property",
                    (true, _) => "no rule",
                    _ => "no property",
                }}");
        }

        foreach (var variable in model.Variables.Where(v => v.Initially is not null))
        {
            CheckInitial(model, variable);
        }

        foreach (var start in model.StartConditions)
        {
            const string What = "an initial condition";
            new ScopeCheck(model, [], start.Where, What).Of(start.Holds);
            GhostCheck.Visible(start.Holds, start.Where, What);
            if (TotalCheck.WhatMayFail(start.Holds, []) is { } part)
            {
                throw UserErrorException.At(start.Where, ErrorCodes.PartialStart, $"{What} has '{part}', which may be undefined");
            }
        }

        foreach (var rule in model.Rules)
        {
            CheckRule(model, rule);
        }

        foreach (var property in model.Properties)
        {
            CheckProperty(model, property);
        }

        foreach (var mark in model.Marks)
        {
            var scope = new ScopeCheck(model, mark.Over, mark.Where, $"mark '{mark.Text}'");
            scope.Of(mark.Target);
            scope.Of(mark.When);
        }
    }

    /// <summary>Checks a state predicate that is not declared in the model itself.</summary>
    /// <exception cref="UserErrorException">VRF107, VRF108, VRF115.</exception>
    public static void CheckPredicate(Model model, Expr holds, SourceLocation where, string what) =>
        new ScopeCheck(model, [], where, what).Of(holds);

    private static void Unique(string kind, IEnumerable<(string Name, SourceLocation Where)> declared)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, where) in declared)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw UserErrorException.At(where, ErrorCodes.BadDeclaration, $"a {kind} has no name");
            }

            if (!seen.Add(name))
            {
                throw UserErrorException.At(where, ErrorCodes.DuplicateName, $"{kind} '{name}' is declared twice");
            }
        }
    }

    private static void CheckInitial(Model model, Variable variable)
    {
        new ScopeCheck(model, [], variable.Where, $"the initial value of '{variable.Name}'").Of(variable.Initially!);
        var reads = Footprint.Of(variable.Initially!).Reads;
        if (!reads.IsEmpty)
        {
            throw UserErrorException.At(variable.Where, ErrorCodes.BadInitial,
                $"the initial value of '{variable.Name}' reads '{reads.First().Name}'");
        }
    }

    private static void CheckRule(Model model, Rule rule)
    {
        var scope = new ScopeCheck(model, rule.Parameters, rule.Where, $"rule '{rule.Name}'");
        scope.Of(rule.Guard);
        GhostCheck.Visible(rule.Guard, rule.Where, $"the guard of rule '{rule.Name}'");
        foreach (var shown in rule.Shown)
        {
            scope.Of(shown);
        }

        if (rule.Actor.Processor is { } processor)
        {
            scope.Of(processor);
            GhostCheck.Visible(processor, rule.Where, $"the processor of rule '{rule.Name}'");
        }

        foreach (var update in rule.Updates)
        {
            var inner = new ScopeCheck(model, [.. rule.Parameters, .. update.Over], update.Where, $"rule '{rule.Name}'");
            inner.Of(update.When);
            inner.Of(update.Target);
            inner.Of(update.Value);
            if (!GhostCheck.IsGhostLocation(update.Target))
            {
                var what = $"an update of '{update.Target}' in rule '{rule.Name}'";
                GhostCheck.Visible(update.When, update.Where, what);
                GhostCheck.Visible(update.Target, update.Where, what);
                GhostCheck.Visible(update.Value, update.Where, what);
            }
        }

        CheckDoubleWrites(rule);
    }

    // Finds certain collisions. Engines find those that depend on the state (VRF104 too).
    private static void CheckDoubleWrites(Rule rule)
    {
        var certain = rule.Updates.Where(update => update.Over.IsEmpty && update.When is Expr.Literal { Number: 1 });
        var before = new Dictionary<Variable, List<string>>();
        foreach (var update in certain)
        {
            var text = ModelPrinter.Of(update.Target, rule.Parameters);
            var others = before.TryGetValue(update.Variable, out var known) ? known : before[update.Variable] = [];
            if (others.Exists(other => Overlaps(text, other)))
            {
                throw UserErrorException.At(update.Where, ErrorCodes.DoubleWrite,
                    $"rule '{rule.Name}' writes '{update.Target}' twice in one step");
            }

            others.Add(text);
        }
    }

    private static bool Overlaps(string a, string b) =>
        a == b || a.StartsWith(b + ".", StringComparison.Ordinal) || b.StartsWith(a + ".", StringComparison.Ordinal)
        || a.StartsWith(b + "[", StringComparison.Ordinal) || b.StartsWith(a + "[", StringComparison.Ordinal);

    private static void CheckProperty(Model model, Property property)
    {
        var scope = new ScopeCheck(model, [], property.Where, $"property '{property.Name}'");
        foreach (var part in property.Predicates)
        {
            scope.Of(part);
        }
    }

    private sealed class ScopeCheck : ExprVisitor
    {
        private readonly HashSet<Variable> known;
        private readonly HashSet<Binder> scope = [];
        private readonly SourceLocation? where;
        private readonly string what;

        public ScopeCheck(Model model, ImmutableArray<Binder> bound, SourceLocation? where, string what)
        {
            (this.where, this.what, known) = (where, what, [.. model.Variables]);
            foreach (var binder in bound)
            {
                Enter(binder);
            }
        }

        protected internal override ValueTuple OnRead(Expr.Read node) => known.Contains(node.Variable)
            ? default
            : throw UserErrorException.At(where, ErrorCodes.ForeignVariable, $"{what} uses '{node.Variable.Name}' of another model");

        protected internal override ValueTuple OnBoundVariable(Expr.BoundVariable node) => scope.Contains(node.Binder)
            ? default
            : throw UserErrorException.At(where, ErrorCodes.Unbound,
                $"{what} uses the parameter '{node.Binder}' outside of its scope");

        protected internal override ValueTuple OnQuantified(Expr.Quantified node)
        {
            Enter(node.Binder);
            Of(node.Body);
            scope.Remove(node.Binder);
            return default;
        }

        // A parameter may be bound only once in a scope.
        private void Enter(Binder binder)
        {
            if (!scope.Add(binder))
            {
                throw UserErrorException.At(where, ErrorCodes.BoundTwice,
                    $"{what} binds the parameter '{binder}' twice");
            }
        }
    }
}

/// <summary>
/// Finds a part of an expression that may be undefined: the value of an option that no test before it shows to hold one,
/// or a number that may leave the range of a key, a field or an entry.
/// </summary>
internal sealed class TotalCheck(IEnumerable<Binder> bound) : ExprVisitor
{
    private readonly List<Binder> scope = [.. bound];
    private ImmutableHashSet<string> full = []; // the options that hold a value wherever the current part is evaluated
    private Expr? found;

    /// <summary>A part that may be undefined, for some values of the binders; null if there is none.</summary>
    public static Expr? WhatMayFail(Expr expr, ImmutableArray<Binder> bound)
    {
        var check = new TotalCheck(bound);
        check.Of(expr);
        return check.found;
    }

    protected internal override ValueTuple OnValueOf(Expr.ValueOf node) =>
        Note(node, Of(node.Option), full.Contains(ModelPrinter.Of(node.Option, scope)));

    protected internal override ValueTuple OnIndex(Expr.Index node) =>
        Note(node, base.OnIndex(node), Fits(((Sort.Mapping)node.Map.Sort).Key, node.Key.Sort));

    protected internal override ValueTuple OnRecordOf(Expr.RecordOf node) => Note(node, base.OnRecordOf(node),
        node.Fields.Zip(((Sort.Record)node.Sort).Fields, (value, field) => Fits(field.Sort, value.Sort)).All(fits => fits));

    protected internal override ValueTuple OnConstantMap(Expr.ConstantMap node) =>
        Note(node, base.OnConstantMap(node), Fits(((Sort.Mapping)node.Sort).Value, node.Element.Sort));

    protected internal override ValueTuple OnConnective(Expr.Connective node)
    {
        Of(node.Left);
        return Under(node.Left, node.Operator != LogicOperator.Or, node.Right);
    }

    protected internal override ValueTuple OnConditional(Expr.Conditional node)
    {
        Of(node.Condition);
        Under(node.Condition, true, node.IfTrue);
        return Under(node.Condition, false, node.IfFalse);
    }

    protected internal override ValueTuple OnQuantified(Expr.Quantified node)
    {
        scope.Add(node.Binder);
        Of(node.Body);
        scope.RemoveAt(scope.Count - 1);
        return default;
    }

    private ValueTuple Note(Expr part, ValueTuple inside, bool isDefined)
    {
        found ??= isDefined ? null : part;
        return inside;
    }

    private ValueTuple Under(Expr condition, bool truth, Expr part)
    {
        var outer = full;
        full = full.Union(FullIf(condition, truth));
        Of(part);
        full = outer;
        return default;
    }

    // The options that hold a value if a condition is true, or if it is false.
    private IEnumerable<string> FullIf(Expr condition, bool truth) => condition switch
    {
        Expr.IsSome has when truth => [ModelPrinter.Of(has.Option, scope)],
        Expr.Not not => FullIf(not.Operand, !truth),
        Expr.Equal { Left: var option, Right: Expr.Some } when truth => [ModelPrinter.Of(option, scope)],
        Expr.Connective { Operator: var op } two when truth == (op == LogicOperator.And) =>
            FullIf(two.Left, op != LogicOperator.Or).Concat(FullIf(two.Right, op == LogicOperator.And)),
        _ => [],
    };

    private static bool Fits(Sort target, Sort source) => (target, source) switch
    {
        (Sort.Interval to, Sort.Interval from) => from.Low >= to.Low && from.High <= to.High,
        (Sort.Optional to, Sort.Optional from) => Fits(to.Of, from.Of),
        (Sort.Record to, Sort.Record from) => to.Fields.Zip(from.Fields, (a, b) => Fits(a.Sort, b.Sort)).All(fits => fits),
        (Sort.Mapping to, Sort.Mapping from) => Fits(to.Value, from.Value),
        _ => true,
    };
}

/// <summary>Rejects expressions that make the behaviour of the model depend on ghosts.</summary>
/// <remarks>
/// Copying a whole record is allowed: ghost fields are copied to ghost fields. Naming a ghost field, or comparing
/// records that have one, is a read.
/// </remarks>
internal sealed class GhostCheck : ExprVisitor
{
    private readonly SourceLocation where;
    private readonly string what;

    private GhostCheck(SourceLocation where, string what) => (this.where, this.what) = (where, what);

    /// <summary>Throws if the expression depends on a ghost.</summary>
    public static void Visible(Expr expr, SourceLocation where, string what) => new GhostCheck(where, what).Of(expr);

    /// <summary>True if a location is part of a ghost.</summary>
    public static bool IsGhostLocation(Expr target) => target switch
    {
        Expr.Read read => read.Variable.IsGhost,
        Expr.FieldOf get => get.Field.IsGhost || IsGhostLocation(get.Record),
        Expr.Index at => IsGhostLocation(at.Map),
        Expr.ValueOf value => IsGhostLocation(value.Option),
        _ => false,
    };

    protected internal override ValueTuple OnRead(Expr.Read node) =>
        node.Variable.IsGhost ? throw Found(node.Variable.Name) : default;

    protected internal override ValueTuple OnFieldOf(Expr.FieldOf node) =>
        node.Field.IsGhost ? throw Found(node.ToString()) : base.OnFieldOf(node);

    protected internal override ValueTuple OnRecordOf(Expr.RecordOf node)
    {
        var record = (Sort.Record)node.Sort;
        for (var i = 0; i < node.Fields.Length; i++)
        {
            if (!record.Fields[i].IsGhost)
            {
                Of(node.Fields[i]);
            }
        }

        return default;
    }

    protected internal override ValueTuple OnEqual(Expr.Equal node) =>
        HoldsGhost(node.Left.Sort) ? throw Found(node.ToString()) : base.OnEqual(node);

    private static bool HoldsGhost(Sort sort) => sort switch
    {
        Sort.Record record => record.Fields.Any(f => f.IsGhost || HoldsGhost(f.Sort)),
        Sort.Optional optional => HoldsGhost(optional.Of),
        Sort.Mapping map => HoldsGhost(map.Value),
        _ => false,
    };

    private UserErrorException Found(string ghost) =>
        UserErrorException.At(where, ErrorCodes.GhostRead, $"{what} depends on the ghost '{ghost}'");
}
