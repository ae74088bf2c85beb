using System.Collections.Immutable;
using System.Globalization;
using Verify.Language.Sorts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Makes the model of one instance from the text of a family.</summary>
internal sealed class ModelReader
{
    private readonly ModelBuilder m;
    private readonly Problems problems;
    private readonly Scope scope;
    private readonly ExprReader exprs;
    private readonly StepReader steps;
    private readonly ThreadReader threads;
    private readonly PartReader parts;

    private ModelReader(ModelBuilder m, ProtocolFamily family, Problems problems)
    {
        (this.m, this.problems) = (m, problems);
        scope = new Scope { PartWith = name => family.Parts.FirstOrDefault(part => part.Words.Any(word => word.Name == name))?.Name };
        exprs = new ExprReader(scope, problems);
        steps = new StepReader(scope, exprs, problems);
        threads = new ThreadReader(scope, exprs, steps, problems);
        parts = new PartReader(m, () => family.Parts, scope, exprs, problems);
        scope.Choices["fault"] = family.Faults.ToImmutableDictionary(one => one.Name, one => m.Has(one));
        scope.Choices["feature"] = family.Features.ToImmutableDictionary(one => one.Name, one => m.Has(one));
        scope.Choices["assumption"] = family.Assumptions.ToImmutableDictionary(one => one.Name, m.Assumes);
        scope.Choices["profile"] = family.Profiles.ToImmutableDictionary(one => one.Name, m.Is);
    }

    /// <summary>Describes the instance of a builder; mistakes go to <paramref name="problems"/>.</summary>
    public static void Read(ModelBuilder m, ProtocolFamily family, ProtocolSyntax syntax, Problems problems) =>
        new ModelReader(m, family, problems).Read(syntax);

    private void Read(ProtocolSyntax syntax)
    {
        // Whatever a rule names may be declared below it.
        var declared = syntax.Declarations;
        foreach (var size in declared.OfType<Declaration.Size>())
        {
            Declare(size.Name, m.Size(size.Name.Text));
        }

        foreach (var declaration in declared.Where(one => one is Declaration.Identities or Declaration.Enumeration))
        {
            IfThere(declaration, () => Sort(declaration));
        }

        var used = new List<Declaration.Use>();
        foreach (var use in declared.OfType<Declaration.Use>())
        {
            IfThere(use, () => used.Add(use));
        }

        parts.Declare(used);
        foreach (var record in declared.OfType<Declaration.Record>())
        {
            IfThere(record, () => Sort(record));
        }

        DeclareReadersAndWriters(declared);
        foreach (var state in declared.OfType<Declaration.State>())
        {
            IfThere(state, () => State(state));
        }

        threads.Prepare(m, [.. declared.OfType<Declaration.Thread>().Where(thread => exprs.Holds(thread.Only))]);

        foreach (var declaration in declared)
        {
            switch (declaration)
            {
                case Declaration.Rule rule:
                    IfThere(rule, () => steps.Rule(m, rule.Step));
                    break;
                case Declaration.Use use:
                    parts.AddRules(use);
                    break;
                case Declaration.Thread thread:
                    IfThere(thread, () => threads.Read(m, thread));
                    break;
            }
        }

        foreach (var declaration in declared)
        {
            switch (declaration)
            {
                case Declaration.Property property:
                    IfThere(property, () => Property(property));
                    break;
                case Declaration.Mark mark:
                    IfThere(mark, () => Mark(mark));
                    break;
                case Declaration.Initially start when exprs.Holds(start.Only) && exprs.Truth(start.Holds) is { } holds:
                    m.Initially(holds, steps.File, steps.LineOf(start.Span));
                    break;
            }
        }
    }

    // As many threads as there are can read at once.
    private void DeclareReadersAndWriters(ImmutableArray<Declaration> declared)
    {
        if (scope.Sorts.ContainsKey("rwlock") || !declared.Any(IsReadersAndWriters))
        {
            return;
        }

        var most = declared.OfType<Declaration.Thread>()
            .Sum(thread => thread.Key is null ? 1L : exprs.Sorts.Scalar(thread.Key.Sort)?.ScalarCount ?? 1L);
        scope.Add("rwlock", Modelling.Sort.RecordNamed("rwlock",
            [new Field("writer", Modelling.Sort.Bool), new Field("readers", Modelling.Sort.Range(0, (int)Math.Clamp(most, 1, 1 << 16)))]));
    }

    private static bool IsReadersAndWriters(Declaration one) =>
        one is Declaration.State { Variable.Sort: SortSyntax.Named { Name.Text: "rwlock" } };

    private void IfThere(Declaration declaration, Action read)
    {
        if (exprs.Holds(declaration.Only))
        {
            read();
        }
        else
        {
            scope.Elsewhere.Add(declaration.Name.Text);
        }
    }

    private void Declare(Word name, Expr value)
    {
        if (name.Text.Length > 0 && !scope.Values.TryAdd(name.Text, value))
        {
            problems.Add(ErrorCodes.DuplicateName, name.Span, $"'{name.Text}' is declared twice");
        }
    }

    private void Sort(Declaration declaration)
    {
        var name = declaration.Name;
        var sort = exprs.Sorts.Try(name.Span, () => declaration switch
        {
            Declaration.Identities identities => (Sort)Identities(identities),
            Declaration.Enumeration one => Modelling.Sort.EnumNamed(one.Real ?? name.Text, [.. one.Members.Select(member => member.Text)]),
            _ => Record((Declaration.Record)declaration),
        });
        if (sort is null || name.Text.Length == 0)
        {
            return;
        }

        if (scope.Sorts.ContainsKey(name.Text))
        {
            problems.Add(ErrorCodes.DuplicateName, name.Span, $"the sort '{name.Text}' is declared twice");
            return;
        }

        scope.Add(name.Text, sort);
    }

    private Sort.ScalarSet Identities(Declaration.Identities declaration)
    {
        var name = declaration.Real ?? declaration.Name.Text;
        var count = declaration.Of is not { } size ? 0 : size.Low is null ? size.Default : m.Size(declaration.Name.Text);
        var prefix = declaration.Prefix ?? (declaration.IsProcessors ? "CPU" : name);
        if (count is < 0 or > 1 << 24)
        {
            problems.Add(ErrorCodes.BadDeclaration, declaration.Name.Span, $"'{name}' has {count} members", "choose 1 to 16 million");
            count = 1;
        }

        var sort = (Sort.ScalarSet)Modelling.Sort.IdentitiesNamed(name, declaration.Of is null
            ? [.. declaration.Members.Select(member => member.Text)]
            : [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))]);
        if (declaration.IsProcessors)
        {
            m.RunOn(sort);
        }

        return sort;
    }

    private Sort? Record(Declaration.Record declaration)
    {
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (var field in declaration.Fields)
        {
            if (exprs.Sorts.Read(field.Sort) is { } sort)
            {
                fields.Add(new Field(field.Name.Text, sort, field.IsGhost));
            }
        }

        return fields.Count < declaration.Fields.Length ? null
            : Modelling.Sort.RecordNamed(declaration.Real ?? declaration.Name.Text, fields.ToImmutable());
    }

    private void State(Declaration.State state)
    {
        var variable = state.Variable;
        var (name, line) = (variable.Name, steps.LineOf(variable.Name.Span));
        if (exprs.Sorts.Map(variable.Keys, variable.Sort) is not { } sort)
        {
            // A name without a sort: whatever uses it is not judged.
            scope.Elsewhere.Add(name.Text);
            return;
        }

        var initially = variable.Initially is { } value ? ThreadReader.Initial(exprs, value, sort) : null;
        var made = exprs.Sorts.Try(name.Span, () => variable.IsAny
            ? m.AnyOf(name.Text, sort, steps.File, line)
            : m.Declare(name.Text, sort, initially, state.Role, steps.File, line));
        if (made is not null)
        {
            Declare(name, made);
            parts.Adopt(made);
        }
    }

    private void Property(Declaration.Property property)
    {
        var parts = property.Predicates.Select(exprs.Truth).OfType<Expr>().ToList();
        if (parts.Count < property.Predicates.Length)
        {
            return;
        }

        var (name, text, file, line) = (property.Name.Text, property.Text, steps.File, steps.LineOf(property.Name.Span));
        switch (property.Kind.Text)
        {
            case "always" when parts.Count == 1:
                m.Always(name, parts[0], text, exprs.Holds(property.PremiseOnly) ? property.PremiseNever : null, file, line);
                break;
            case "reachable" when parts.Count == 1:
                m.Reachable(name, parts[0], text, file, line);
                break;
            case "leadsto" when parts.Count == 2:
                m.LeadsTo(name, parts[0], parts[1], text, file, line);
                break;
            case "nodeadlock":
                m.NoDeadlock(name, parts.FirstOrDefault(), text, file, line);
                break;
        }
    }

    private void Mark(Declaration.Mark mark)
    {
        var outer = scope.Mark;
        if (exprs.Binders(mark.Over) is { } over && exprs.Read(mark.Target) is { } target && exprs.Truth(mark.When) is { } when)
        {
            exprs.Sorts.Try(mark.Target.Span, () =>
            {
                m.Mark(mark.Name.Text, over, target, when, steps.File, steps.LineOf(mark.Name.Span));
                return "";
            });
        }

        scope.Release(outer);
    }
}
