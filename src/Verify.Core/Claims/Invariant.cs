using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>
/// An inductive invariant of a model for every size, written in the modelling language. It proves its claims for all
/// sizes at once. Reflection finds every public class with a parameterless constructor.
/// </summary>
public abstract class Invariant
{
    /// <summary>The identifiers of the claims that the invariant proves.</summary>
    public abstract ImmutableArray<string> Claims { get; }

    /// <summary>
    /// True if a value is one of the given members of its enum; for example, a thread is at one of these steps.
    /// </summary>
    /// <exception cref="UserErrorException">VRF113: the enum has no such member. VRF101: the value is not an
    /// enum.</exception>
    protected static Expr Is(Expr value, params ReadOnlySpan<string> members)
    {
        if (value.Sort is not Sort.Enumeration sort)
        {
            throw Dsl.Error(ErrorCodes.SortMismatch, $"'{value}' of sort '{value.Sort}' has no members to be one of");
        }

        Expr isOne = false;
        foreach (var member in members)
        {
            var position = sort.Members.IndexOf(member);
            isOne |= position >= 0
                ? value == new Expr.Literal(sort, position)
                : throw InvariantBuilder.Unknown($"member of '{sort.Name}'", member, sort.Members);
        }

        return isOne;
    }

    /// <summary>Adds the conjuncts of the invariant.</summary>
    protected abstract void Describe(InvariantBuilder i);

    /// <summary>The conjuncts of the invariant for one model.</summary>
    /// <exception cref="UserErrorException">VRF308, VRF113, VRF101: the invariant does not fit the model.</exception>
    public ImmutableArray<Conjunct> For(Model model)
    {
        var builder = new InvariantBuilder(model);
        return new AuthoredCode(ErrorCodes.BadInvariant, $"the invariant '{GetType().Name}'", () => null).Run(() =>
        {
            Describe(builder);
            return builder.Build();
        });
    }
}

/// <summary>A part of an invariant.</summary>
/// <param name="Name">Unique in the invariant.</param>
/// <param name="Holds">A predicate of states.</param>
/// <param name="Where">The source location of the conjunct.</param>
public sealed record Conjunct(string Name, Expr Holds, SourceLocation Where);

/// <summary>The vocabulary of an invariant: the parts and names of a model and the modelling language.</summary>
public sealed class InvariantBuilder
{
    private readonly Model model;
    private readonly List<Conjunct> conjuncts = [];
    private readonly Dictionary<string, Sort> sorts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Field> fields = new(StringComparer.Ordinal);

    internal InvariantBuilder(Model model)
    {
        this.model = model;
        foreach (var variable in model.Variables)
        {
            Note(variable.Sort);
        }

        foreach (var parameter in model.Rules.SelectMany(rule => rule.Parameters))
        {
            Note(parameter.Sort);
        }
    }

    /// <summary>The model that the invariant is about.</summary>
    public Model Model => model;

    /// <summary>A published part of the model.</summary>
    /// <exception cref="UserErrorException">VRF113: the family publishes no part of that type.</exception>
    public T Published<T>() where T : class => model.Published<T>();

    /// <summary>A variable of the model, where its family publishes no part that has it.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no variable of that name.</exception>
    public Expr this[string variable] => model.Variables.FirstOrDefault(v => v.Name == variable) is { } found
        ? new Expr.Read(found)
        : throw Unknown("variable", variable, model.Variables.Select(v => v.Name));

    /// <summary>A scalar set of the model.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no scalar set of that name.</exception>
    public Sort Sort(string name) => sorts.TryGetValue(name, out var sort)
        ? sort
        : throw Unknown("scalar set", name, sorts.Keys.Order(StringComparer.Ordinal));

    /// <summary>A field of a record of the model.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no field of that name.</exception>
    public Field Field(string name) => fields.TryGetValue(name, out var field)
        ? field
        : throw Unknown("field", name, fields.Keys.Order(StringComparer.Ordinal));

    /// <summary>Adds a conjunct.</summary>
    public void Add(string name, Expr holds, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var where = SourceLocation.From(file, line);
        if (conjuncts.Exists(conjunct => conjunct.Name == name))
        {
            throw UserErrorException.At(where, ErrorCodes.BadInvariant, $"two conjuncts have the name '{name}'",
                "rename one of them");
        }

        conjuncts.Add(new Conjunct(name, Dsl.Coerce(holds, Modelling.Sort.Bool), where));
    }

    internal ImmutableArray<Conjunct> Build()
    {
        foreach (var conjunct in conjuncts)
        {
            Validation.CheckPredicate(model, conjunct.Holds, conjunct.Where, $"the conjunct '{conjunct.Name}'");
        }

        return [.. conjuncts];
    }

    internal static UserErrorException Unknown(string kind, string name, IEnumerable<string> known) => Dsl.Error(
        ErrorCodes.UnknownName, $"the model has no {kind} '{name}'", $"choose from {string.Join(", ", known.Select(k => $"'{k}'"))}");

    private void Note(Sort sort)
    {
        switch (sort)
        {
            case Modelling.Sort.ScalarSet scalar:
                sorts[scalar.Name] = scalar;
                break;
            case Modelling.Sort.Optional optional:
                Note(optional.Of);
                break;
            case Modelling.Sort.Record record:
                foreach (var field in record.Fields)
                {
                    fields[field.Name] = field;
                    Note(field.Sort);
                }

                break;
            case Modelling.Sort.Mapping map:
                Note(map.Key);
                Note(map.Value);
                break;
        }
    }
}
