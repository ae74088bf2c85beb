using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws.Oracles;

/// <summary>One model and what several laws ask of it, found once.</summary>
/// <param name="again">Makes the model; each time the same, with variables and binders of its own.</param>
internal sealed class Sample(Func<Model> again)
{
    private readonly Dictionary<string, Oracle> oracles = [];
    private readonly Dictionary<string, Verdict> verdicts = [];
    private Toy? toy;

    /// <summary>The model.</summary>
    public Model Model { get; } = again();

    /// <summary>Its whole graph, if that is small enough.</summary>
    public Toy Toy => toy ??= new Toy(Model, Law.Cap);

    /// <summary>The interpreter of the graph.</summary>
    public Interpreter Interpreter => Toy.Interpreter;

    /// <summary>The properties that are decided by looking at states.</summary>
    public IEnumerable<Property> OfStates => Model.Properties.Where(property => property is not Property.LeadsTo);

    /// <summary>The properties of states of which an engine has to find a verdict.</summary>
    public IEnumerable<(Property Property, Oracle Oracle)> Decided =>
        OfStates.Select(property => (property, OracleOf(property))).Where(pair => pair.Item2.Errors.IsEmpty);

    /// <summary>The same model, made anew.</summary>
    public Model Again() => again();

    /// <summary>What is so of a property; see <see cref="Oracle.Of"/>.</summary>
    public Oracle OracleOf(Property property)
    {
        if (!oracles.TryGetValue(property.Name, out var oracle))
        {
            oracles[property.Name] = oracle = Oracle.Of(Toy, property);
        }

        return oracle;
    }

    /// <summary>What the explicit engine says without any reduction, on one thread.</summary>
    /// <exception cref="UserErrorException">What it says of a model that is undefined.</exception>
    public Verdict Whole(Property property)
    {
        if (!verdicts.TryGetValue(property.Name, out var verdict))
        {
            verdicts[property.Name] = verdict = new ExplicitEngine().Decide(Model, property,
                new EngineOptions(Budget.Unlimited, Threads: 1));
        }

        return verdict;
    }
}
