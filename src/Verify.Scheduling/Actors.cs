using System.Collections.Immutable;
using System.Globalization;
using Verify.Lowering;
using Verify.Modelling;

namespace Verify.Scheduling;

/// <summary>The actors of a model: its threads and its environment.</summary>
/// <remarks>
/// A thread of two processors is two actors. Rules outside of threads, such as those of the hardware, belong to one
/// actor per processor or name, which chooses the rule that fires.
/// </remarks>
internal sealed class Actors
{
    private readonly ImmutableArray<int> owners;

    /// <summary>Computes the actors of a model, in the order of their rules.</summary>
    public Actors(LoweredModel lowered)
    {
        var keyed = lowered.Model.Rules.Where(rule => rule.Thread is not null && rule.Fairness is { Of.Length: > 0 })
            .Select(rule => rule.Thread!).ToHashSet();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var of = ImmutableArray.CreateBuilder<int>(lowered.Rules.Length);
        foreach (var rule in lowered.Rules)
        {
            var name = NameOf(lowered, rule, keyed);
            names.TryAdd(name, names.Count);
            of.Add(names[name]);
        }

        (owners, Names) = (of.MoveToImmutable(), [.. names.OrderBy(pair => pair.Value).Select(pair => pair.Key)]);
    }

    /// <summary>The names of the actors.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The actor of a lowered rule.</summary>
    public int Of(int rule) => owners[rule];

    private static string NameOf(LoweredModel lowered, LoweredRule lowedRule, HashSet<string> keyed)
    {
        var rule = lowered.Model.Rules[lowedRule.Rule];
        var arguments = lowered.ArgumentsOf(lowedRule);
        string Told(Binder parameter) => arguments[rule.Parameters.IndexOf(parameter)].ToString()!;
        if (rule.Thread is { } thread && keyed.Contains(thread))
        {
            // The first parameter distinguishes the threads.
            return string.Create(CultureInfo.InvariantCulture, $"{thread}({Told(rule.Parameters[0])})");
        }

        var who = rule.Actor.Processor is Expr.BoundVariable bound && rule.Parameters.Contains(bound.Binder)
            ? Told(bound.Binder)
            : rule.Actor.Name ?? "processors";
        return rule.Thread ?? $"around {who}";
    }
}
