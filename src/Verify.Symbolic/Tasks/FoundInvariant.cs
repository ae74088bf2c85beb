using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// Extracts the predicate <c>inv</c> from the model that a solver prints, as one definition. A solver may define helper
/// functions such as <c>k!0</c> next to it: Z3 as a library does so where the program expands them. Each use of a
/// helper is replaced by its body, with the arguments in place of the parameters.
/// </summary>
internal sealed class FoundInvariant
{
    private const string Name = "inv";
    private const int MaxParts = 1_000_000;

    private readonly Dictionary<string, (ImmutableArray<SExpr> Parameters, SExpr Body)> helpers = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private int parts;

    private FoundInvariant(IEnumerable<SExpr> definitions)
    {
        foreach (var definition in definitions)
        {
            helpers[definition.Items[1].Text!] = (definition.Items[2].Items, definition.Items[4]);
        }
    }

    /// <summary>The definition as text.</summary>
    /// <param name="model">The model that the solver prints.</param>
    /// <param name="who">The name of the solver.</param>
    /// <exception cref="SolverException">The model has no such predicate, or it cannot be parsed.</exception>
    public static string In(SExpr model, string who)
    {
        var definitions = model.Items
            .Where(item => item is { Head: "define-fun", Items: [_, { Text: not null }, { IsList: true }, _, _] })
            .ToLookup(item => item.Items[1].Is(Name));
        var found = definitions[true].FirstOrDefault()
            ?? throw new SolverException(SolverFailure.Garbage, $"{who} returned no invariant");
        string text;
        try
        {
            var whole = new FoundInvariant(definitions[false]);
            var body = whole.Written(found.Items[4], [.. NamesOf(found.Items[2].Items)]);
            text = SExpr.List([.. found.Items[..4], body]).ToString();
        }
        catch (Exception e) when (e is NotSupportedException or InsufficientExecutionStackException)
        {
            throw new SolverException(SolverFailure.Garbage, $"{who} returned an invariant that cannot be parsed: {e.Message}");
        }

        return InvariantText.WhyNot(text) is { } reason
            ? throw new SolverException(SolverFailure.Garbage, $"{who} returned an invariant that cannot be parsed: {reason}")
            : text;
    }

    // A term with its helpers expanded. A parameter or a "let" variable is not a helper, whatever its name.
    private SExpr Written(SExpr term, ImmutableHashSet<string> local)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++parts > MaxParts)
        {
            throw new NotSupportedException("it is too long after its helper functions are expanded");
        }

        if (term.Text is { } word)
        {
            return local.Contains(word) || !helpers.ContainsKey(word) ? term : Body(word);
        }

        if (term is { Head: "let", Items: [var let, { IsList: true } bindings, var inside] })
        {
            var given = bindings.Items.Select(binding => binding.Items is [var name, var value]
                ? SExpr.List(name, Written(value, local))
                : throw new NotSupportedException("a 'let' binds no value")).ToImmutableArray();
            return SExpr.List(let, SExpr.List(given), Written(inside, local.Union(NamesOf(given))));
        }

        if (term.Head is not { } called || local.Contains(called) || !helpers.TryGetValue(called, out var helper))
        {
            return SExpr.List([.. term.Items.Select(item => Written(item, local))]);
        }

        var arguments = term.Items[1..].Select(argument => Written(argument, local)).ToList();
        return arguments.Count == helper.Parameters.Length && arguments.Count > 0
            ? SExpr.List(SExpr.Word("let"), SExpr.List([.. helper.Parameters.Zip(arguments, (parameter, argument) =>
                SExpr.List(parameter.Items[0], argument))]), Body(called))
            : throw new NotSupportedException($"'{called}' has the wrong number of arguments");
    }

    // The body of a helper refers to its parameters and other helpers only, not to the place of its use.
    private SExpr Body(string name)
    {
        if (!open.Add(name))
        {
            throw new NotSupportedException($"the definition of '{name}' is recursive");
        }

        var (parameters, body) = helpers[name];
        var names = NamesOf(parameters).ToImmutableHashSet();
        var written = Written(body, names);
        open.Remove(name);
        return written;
    }

    private static IEnumerable<string> NamesOf(IEnumerable<SExpr> declared) => declared.Select(one =>
        one.Items is [{ Text: { } name }, _] ? name : throw new NotSupportedException("a parameter has no name"));
}
