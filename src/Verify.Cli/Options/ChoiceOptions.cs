using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Cli.Options;

/// <summary>The options that change the instance of a claim, read from a command line.</summary>
internal sealed class ChoiceOptions
{
    private readonly Option<string[]> size = Several("--size", "NAME=N,…", "Change sizes.");
    private readonly Option<string[]> assume = Several("--assume", "A", "Make an assumption.");
    private readonly Option<string[]> drop = Several("--drop", "A", "Drop an assumption, a feature or a fault of the claim.");
    private readonly Option<string[]> feature =
        Several("--feature", "F", "Switch a feature on: something that the kernel or its user does.");
    private readonly Option<string[]> fault = Several("--fault", "F", "Switch a fault on: a deviation from what the kernel does.");
    private readonly Option<string?> profile = new("--profile") { HelpName = "P", Description = "Select another architecture." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { size, assume, drop, feature, fault, profile })
        {
            command.Add(option);
        }
    }

    /// <summary>The choices of a claim with the changes of the command line.</summary>
    /// <exception cref="UserErrorException">VRF302: a size is malformed or unknown; VRF303: the family does not offer a
    /// choice; VRF304: options contradict each other or the claim.</exception>
    public Choices Apply(ParseResult parsed, Claim claim)
    {
        var choices = claim.Choices;
        foreach (var (name, value) in Sizes(Words(parsed, size)))
        {
            var offered = claim.Family.Sizes.Select(s => s.Name);
            choices = offered.Contains(name)
                ? choices.Size(name, value)
                : throw UserErrorException.At(null, ErrorCodes.BadSize, $"'{claim.Family.Name}' has no size '{name}'",
                    Suggestion.Hint(name, offered) ?? OfAnyKind(claim.Family, name) ?? $"choose from {string.Join(", ", offered)}");
        }

        var (assumed, dropped) = (Words(parsed, assume), Words(parsed, drop));
        var (features, faults) = (Words(parsed, feature), Words(parsed, fault));
        Known(claim.Family, "assumption", assumed, claim.Family.Assumptions.Select(a => a.Name));
        Known(claim.Family, "feature", features, claim.Family.Features.Select(f => f.Name));
        Known(claim.Family, "fault", faults, claim.Family.Faults.Select(f => f.Name));
        Known(claim.Family, "profile", parsed.GetValue(profile) is { } asked ? [asked] : [], claim.Family.Profiles.Select(p => p.Name));
        foreach (var name in assumed.Concat(features).Concat(faults).Intersect(dropped))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"'{name}' is both switched on and dropped");
        }

        foreach (var name in dropped)
        {
            choices = Drop(claim, choices, name);
        }

        return choices with
        {
            Assumptions = choices.Assumptions.Union(assumed),
            Features = choices.Features.Union(features),
            Faults = choices.Faults.Union(faults),
            Profile = parsed.GetValue(profile) ?? choices.Profile,
        };
    }

    private static Option<string[]> Several(string name, string value, string text) =>
        new(name) { HelpName = value, Description = text + " May be repeated.", Arity = ArgumentArity.OneOrMore };

    private static ImmutableArray<string> Words(ParseResult parsed, Option<string[]> option)
    {
        var words = (parsed.GetValue(option) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries)).ToList();
        return words.Contains("")
            ? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"{option.Name} has an empty value before or after a comma",
                $"use {option.Name} {option.HelpName}")
            : [.. words.Distinct()];
    }

    // Reports an unknown name before the first claim is decided.
    private static void Known(ModelFamily family, string kind, ImmutableArray<string> names, IEnumerable<string> offered)
    {
        foreach (var name in names.Except(offered, StringComparer.Ordinal))
        {
            throw family.AllSwitches.FirstOrDefault(one => one.Name == name && kind != "profile") is { } other
                ? family.OfOtherKind(other, kind)
                : UserErrorException.At(null, ErrorCodes.UnknownChoice, $"'{family.Name}' has no {kind} '{name}'",
                Suggestion.Hint(name, offered) ?? OfAnyKind(family, name)
                    ?? (offered.Any() ? $"choose from {string.Join(", ", offered)}" : $"it has no {kind}"));
        }
    }

    // A name may be one of another option, also mistyped.
    private static string? OfAnyKind(ModelFamily family, string name)
    {
        (string Option, IEnumerable<string> Names)[] kinds =
        [
            ("--feature", family.Features.Select(f => f.Name)), ("--fault", family.Faults.Select(f => f.Name)),
            ("--assume", family.Assumptions.Select(a => a.Name)), ("--profile", family.Profiles.Select(p => p.Name)),
            ("--size", family.Sizes.Select(s => s.Name)),
        ];
        var near = kinds.SelectMany(kind => Suggestion.To(name, kind.Names).Select(known => $"{kind.Option} {known}")).Take(2).ToList();
        return near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : null;
    }

    private static Dictionary<string, int> Sizes(ImmutableArray<string> words)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var pair = word.Split('=');
            if (pair.Length != 2 || !int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw UserErrorException.At(null, ErrorCodes.BadSize, $"the size '{word}' cannot be parsed", "use --size cpu=3,page=2");
            }

            if (!sizes.TryAdd(pair[0], value))
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction, $"the size '{pair[0]}' is given twice");
            }
        }

        return sizes;
    }

    private static Choices Drop(Claim claim, Choices choices, string name)
    {
        string[] made = [.. choices.Assumptions, .. choices.Switched];
        if (made.Contains(name))
        {
            return choices.Drop(name);
        }

        var offered = claim.Family.Assumptions.Select(a => a.Name).Concat(claim.Family.AllSwitches.Select(f => f.Name)).ToList();
        var hint = made.Length == 0 ? "the claim has no assumptions, no features and no faults" : $"choose from {string.Join(", ", made)}";
        throw offered.Contains(name)
            ? UserErrorException.At(null, ErrorCodes.Contradiction, $"'{name}' is dropped, but {claim.Id} does not use it", hint)
            : UserErrorException.At(null, ErrorCodes.UnknownChoice, $"'{claim.Family.Name}' has no assumption, feature or fault '{name}'",
                Suggestion.Hint(name, made) ?? hint);
    }
}
