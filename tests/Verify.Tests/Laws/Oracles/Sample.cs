using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws.Oracles;

/// <summary>One model with cached results that several laws share.</summary>
/// <param name="again">Creates the model; each call gives an equal model with its own variables and binders.</param>
internal sealed class Sample(Func<Model> again)
{
    private readonly Dictionary<string, Oracle> oracles = [];
    private readonly Dictionary<string, Verdict> verdicts = [];
    private Toy? toy;

    /// <summary>The model.</summary>
    public Model Model { get; } = again();

    /// <summary>The whole graph, if it is small enough.</summary>
    public Toy Toy => toy ??= new Toy(Model, Law.Cap);

    /// <summary>The interpreter of the graph.</summary>
    public Interpreter Interpreter => Toy.Interpreter;

    /// <summary>The properties that are decided by single states.</summary>
    public IEnumerable<Property> OfStates => Model.Properties.Where(property => property is not Property.LeadsTo);

    /// <summary>The properties of single states for which an engine must find a verdict.</summary>
    public IEnumerable<(Property Property, Oracle Oracle)> Decided =>
        OfStates.Select(property => (property, OracleOf(property))).Where(pair => pair.Item2.Errors.IsEmpty);

    /// <summary>Creates the model again.</summary>
    public Model Again() => again();

    /// <summary>The expected result for a property; see <see cref="Oracle.Of"/>.</summary>
    public Oracle OracleOf(Property property)
    {
        if (!oracles.TryGetValue(property.Name, out var oracle))
        {
            oracles[property.Name] = oracle = Oracle.Of(Toy, property);
        }

        return oracle;
    }

    /// <summary>The verdict of the explicit engine without reductions, on one thread.</summary>
    /// <exception cref="UserErrorException">The error that the engine reports for an undefined model.</exception>
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
