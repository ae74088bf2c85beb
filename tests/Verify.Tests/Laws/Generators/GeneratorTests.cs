using Verify.Modelling;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Generators;

/// <summary>The generated models have the variety that the laws need.</summary>
public sealed class GeneratorTests
{
    [Fact]
    public void A_seed_always_gives_the_same_model() =>
        Assert.Equal(ModelPrinter.Of(GeneratedModel.From(7)), ModelPrinter.Of(GeneratedModel.From(7)));

    [Fact]
    public void The_whole_language_is_drawn()
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 300; seed++)
        {
            var model = GeneratedModel.From(seed);
            var seen = new Kinds(kinds);
            var exprs = model.Rules.Select(rule => rule.Guard)
                .Concat(model.Rules.SelectMany(rule => rule.Updates).SelectMany(u => new[] { u.When, u.Target, u.Value }));
            foreach (var expr in exprs)
            {
                seen.Of(expr);
            }

            kinds.UnionWith(model.Variables.SelectMany(v => SortsOf(v.Sort)));
            kinds.UnionWith(model.Variables.Select(v => $"role {v.Role}"));
            kinds.UnionWith(model.Variables.Select(v => v.Initially is null ? $"any {v.Sort.GetType().Name}" : ""));
            kinds.UnionWith(model.StartConditions.Select(start => "start condition"));
            kinds.UnionWith(model.Properties.Select(property => property.Kind));
            kinds.UnionWith(model.Rules.Select(rule => $"{rule.Parameters.Length} parameters"));
            kinds.UnionWith(model.Rules.SelectMany(rule => rule.Updates).Where(u => !u.Over.IsEmpty).Select(_ => "each"));
        }

        Assert.Equal(
            """
            0 parameters, 1 parameters, 2 parameters, 3 parameters, Always, Arithmetic, BoundVariable,
            Compare, Conditional, Connective, ConstantMap, Equal, FieldOf, Index, IsSome, LeadsTo,
            Literal, NoDeadlock, NoneOf, Not, Quantified, Reachable, Read, RecordOf, Some, ValueOf, any
            Boolean, any Enumeration, any Interval, any Mapping, any Optional, any Record, any
            ScalarSet, each, ghost field, map by Boolean, map by Enumeration, map by Interval, map by
            Optional, map by ScalarSet, map of maps, map of options, map of records, negative range,
            option of option, option of record, record in record, role Ghost, role Local, role
            ProgramCounter, role State, sort Boolean, sort Enumeration, sort Interval, sort Mapping,
            sort Optional, sort Record, sort ScalarSet, start condition
            """.ReplaceLineEndings(" "),
            string.Join(", ", kinds.Where(kind => kind != "")));
    }

    [Fact]
    public void Models_move_fail_and_succeed()
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        void Note(string what) => count[what] = count.GetValueOrDefault(what) + 1;
        for (var seed = 0; seed < 400; seed++)
        {
            var toy = new Toy(GeneratedModel.From(seed), Law.Cap);
            Note(toy.IsCut ? "too large" : toy.Nodes.Count > 10 ? "over 10 states" : "small");
            Note(toy.Errors.Count == 0 ? "defined" : toy.Errors[0].Diagnostic.Code.Id);
            foreach (var property in toy.Interpreter.Model.Properties.Where(_ => !toy.IsCut && toy.Errors.Count == 0))
            {
                var answer = property is Property.LeadsTo ? null : Oracle.Of(toy, property);
                Note(answer is null ? property.Kind
                    : !answer.Errors.IsEmpty ? $"{property.Kind} undefined"
                    : $"{property.Kind} {(answer.Level is null ? "everywhere" : answer.Level > 1 ? "deep" : "near")}");
            }
        }

        var found = string.Join(", ", count.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"));
        Assert.True(count.GetValueOrDefault("too large") < 40 && count["over 10 states"] > 130 && count["defined"] > 300, found);
        string[] some = ["VRF104", "VRF120", "Always everywhere", "Always deep", "Always undefined", "NoDeadlock everywhere",
            "NoDeadlock near", "Reachable everywhere", "Reachable near", "Reachable deep", "LeadsTo"];
        Assert.True(some.All(count.ContainsKey), found);
    }

    private static IEnumerable<string> SortsOf(Sort sort)
    {
        yield return $"sort {sort.GetType().Name}";
        switch (sort)
        {
            case Sort.Interval { Low: < 0 }:
                yield return "negative range";
                break;
            case Sort.Mapping map:
                yield return $"map by {map.Key.GetType().Name}";
                yield return map.Value switch
                {
                    Sort.Mapping => "map of maps",
                    Sort.Record => "map of records",
                    Sort.Optional => "map of options",
                    _ => "",
                };
                break;
            case Sort.Optional { Of: Sort.Optional }:
                yield return "option of option";
                break;
            case Sort.Optional { Of: Sort.Record }:
                yield return "option of record";
                break;
            case Sort.Record record:
                yield return record.Fields.Any(field => field.IsGhost) ? "ghost field" : "";
                yield return record.Fields.Any(field => field.Sort is Sort.Record) ? "record in record" : "";
                break;
        }

        IEnumerable<Sort> parts = sort switch
        {
            Sort.Mapping map => [map.Key, map.Value],
            Sort.Optional optional => [optional.Of],
            Sort.Record record => record.Fields.Select(field => field.Sort),
            _ => [],
        };
        foreach (var part in parts.SelectMany(SortsOf))
        {
            yield return part;
        }
    }

    private sealed class Kinds(SortedSet<string> found) : ExprVisitor
    {
        private ValueTuple Note(Expr node, ValueTuple rest)
        {
            found.Add(node.GetType().Name);
            return rest;
        }

        // A plain identity has a default value, which a rule may assign as a reset to the initial value; symmetry
        // rejects those.
        protected internal override ValueTuple OnLiteral(Expr.Literal node) => Note(node, base.OnLiteral(node));

        protected internal override ValueTuple OnNone(Expr.NoneOf node) => Note(node, base.OnNone(node));

        protected internal override ValueTuple OnRead(Expr.Read node) => Note(node, base.OnRead(node));

        protected internal override ValueTuple OnBoundVariable(Expr.BoundVariable node) => Note(node, base.OnBoundVariable(node));

        protected internal override ValueTuple OnIndex(Expr.Index node) => Note(node, base.OnIndex(node));

        protected internal override ValueTuple OnFieldOf(Expr.FieldOf node) => Note(node, base.OnFieldOf(node));

        protected internal override ValueTuple OnRecordOf(Expr.RecordOf node) => Note(node, base.OnRecordOf(node));

        protected internal override ValueTuple OnConstantMap(Expr.ConstantMap node) => Note(node, base.OnConstantMap(node));

        protected internal override ValueTuple OnSome(Expr.Some node) => Note(node, base.OnSome(node));

        protected internal override ValueTuple OnIsSome(Expr.IsSome node) => Note(node, base.OnIsSome(node));

        protected internal override ValueTuple OnValueOf(Expr.ValueOf node) => Note(node, base.OnValueOf(node));

        protected internal override ValueTuple OnNot(Expr.Not node) => Note(node, base.OnNot(node));

        protected internal override ValueTuple OnConnective(Expr.Connective node) => Note(node, base.OnConnective(node));

        protected internal override ValueTuple OnEqual(Expr.Equal node) => Note(node, base.OnEqual(node));

        protected internal override ValueTuple OnCompare(Expr.Compare node) => Note(node, base.OnCompare(node));

        protected internal override ValueTuple OnArithmetic(Expr.Arithmetic node) => Note(node, base.OnArithmetic(node));

        protected internal override ValueTuple OnConditional(Expr.Conditional node) => Note(node, base.OnConditional(node));

        protected internal override ValueTuple OnQuantified(Expr.Quantified node) => Note(node, base.OnQuantified(node));
    }
}
