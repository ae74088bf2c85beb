using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Solvers;

namespace Verify.Symbolic.Tasks;

/// <summary>
/// The predicate <c>inv</c> of a model that a solver prints, as one definition. A solver may say it in terms of functions of its
/// own, as <c>k!0</c>, which it defines beside it: Z3 as a library does so where the program writes them out. Each use of one is
/// replaced by its body, with the arguments named as its parameters.
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
    /// <param name="model">What the solver prints when it is asked for a model.</param>
    /// <param name="who">The solver.</param>
    /// <exception cref="SolverException">There is none, or it is not understood.</exception>
    public static string In(SExpr model, string who)
    {
        var definitions = model.Items
            .Where(item => item is { Head: "define-fun", Items: [_, { Text: not null }, { IsList: true }, _, _] })
            .ToLookup(item => item.Items[1].Is(Name));
        var found = definitions[true].FirstOrDefault()
            ?? throw new SolverException(SolverFailure.Garbage, $"{who} shows no invariant");
        string text;
        try
        {
            var whole = new FoundInvariant(definitions[false]);
            var body = whole.Written(found.Items[4], [.. NamesOf(found.Items[2].Items)]);
            text = SExpr.List([.. found.Items[..4], body]).ToString();
        }
        catch (Exception e) when (e is NotSupportedException or InsufficientExecutionStackException)
        {
            throw new SolverException(SolverFailure.Garbage, $"{who} shows an invariant that is not understood: {e.Message}");
        }

        return InvariantText.WhyNot(text) is { } reason
            ? throw new SolverException(SolverFailure.Garbage, $"{who} shows an invariant that is not understood: {reason}")
            : text;
    }

    // A term without helpers. What a parameter or a "let" calls itself is no helper, whatever its name.
    private SExpr Written(SExpr term, ImmutableHashSet<string> local)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++parts > MaxParts)
        {
            throw new NotSupportedException("the functions that it is told by make it too long");
        }

        if (term.Text is { } word)
        {
            return local.Contains(word) || !helpers.ContainsKey(word) ? term : Body(word);
        }

        if (term is { Head: "let", Items: [var let, { IsList: true } bindings, var inside] })
        {
            var given = bindings.Items.Select(binding => binding.Items is [var name, var value]
                ? SExpr.List(name, Written(value, local))
                : throw new NotSupportedException("a 'let' gives no value")).ToImmutableArray();
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
            : throw new NotSupportedException($"'{called}' is not applied to what it takes");
    }

    // It speaks of its parameters and of other helpers, and of nothing around the place that it is written into.
    private SExpr Body(string name)
    {
        if (!open.Add(name))
        {
            throw new NotSupportedException($"'{name}' is defined by itself");
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
