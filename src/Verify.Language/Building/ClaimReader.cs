using System.Collections.Immutable;
using Verify.Claims;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Makes claims from their text.</summary>
internal sealed class ClaimReader(ProtocolFamily family, Problems problems)
{
    /// <summary>A claim; null if it is wrong, which is reported.</summary>
    public Claim? Read(Declaration.Claim claim)
    {
        var before = problems.All.Length;
        var choices = claim.With.Aggregate(Choices.Default, With);
        if (claim.Expected is not { } expected)
        {
            return null;
        }

        foreach (var assumption in expected.Under ?? [])
        {
            choices = Check(assumption, "assumption", family.Assumptions.Select(one => one.Name))
                ? choices with { Assumptions = choices.Assumptions.Add(assumption.Text) }
                : choices;
        }

        var sources = claim.Sources.Select(source => source.Kind switch
        {
            "kernel" when source.Version is { } version && version.Text.Any(char.IsAsciiDigit) =>
                Source.Kernel(source.Title?.Text ?? claim.Name.Text, source.Reference.Text, version.Text),
            "memory" => Source.Recalled(source.Title?.Text ?? claim.Name.Text, source.Reference.Text),
            _ => new Source(source.Title?.Text ?? claim.Name.Text, source.Reference.Text),
        });
        return problems.All.Length > before ? null : new Claim
        {
            Id = claim.Name.Text,
            Sentence = claim.Sentence.Length > 0 ? claim.Sentence : claim.Name.Text,
            Family = family,
            Choices = choices,
            Property = expected.Property.Text,
            Expected = Of(expected),
            Sources = [.. sources],
            Finding = claim.Finding,
            NotCovered = claim.NotCovered,
            Where = problems.Source.LocationOf(claim.Name.Span) with { Column = 0 },
        };
    }

    private static Expectation Of(ExpectationSyntax expected) => expected.Verdict.Text switch
    {
        "refuted" => new Expectation.Refuted(expected.Steps),
        "open" => new Expectation.Open(),
        "pending" => new Expectation.Pending(expected.Reason),
        _ when expected.Under is not null => new Expectation.ProvedIf([.. expected.Superfluous.Select(word => word.Text)]),
        _ => new Expectation.Proved(),
    };

    private Choices With(Choices choices, ChoiceSyntax choice)
    {
        var name = choice.Name.Text;
        switch (choice.Kind.Text)
        {
            case "fault" when Check(choice.Name, "fault", family.Faults.Select(one => one.Name)):
                return choices with { Faults = choices.Faults.Add(name) };
            case "feature" when Check(choice.Name, "feature", family.Features.Select(one => one.Name)):
                return choices with { Features = choices.Features.Add(name) };
            case "assumption" when Check(choice.Name, "assumption", family.Assumptions.Select(one => one.Name)):
                return choices with { Assumptions = choices.Assumptions.Add(name) };
            case "profile" when Check(choice.Name, "profile", family.Profiles.Select(one => one.Name)):
                return choices with { Profile = name };
            case "size" when Check(choice.Name, "size", family.Sizes.Select(one => one.Name)):
                var size = family.Sizes.First(one => one.Name == name);
                if (choice.Size < size.Low || choice.Size > size.High)
                {
                    problems.Add(ErrorCodes.BadSize, choice.Name.Span,
                        $"the size {name}={choice.Size} is outside of {size.Low}..{size.High}",
                        $"choose {name} from {size.Low} to {size.High}");
                }

                return choices.Size(name, choice.Size);
            default:
                return choices;
        }
    }

    private bool Check(Word name, string kind, IEnumerable<string> offered)
    {
        var names = offered.ToImmutableArray();
        if (names.Contains(name.Text))
        {
            return true;
        }

        problems.Add(ErrorCodes.UnknownChoice, name.Span, $"there is no {kind} '{name.Text}'",
            Suggestion.Hint(name.Text, names)
            ?? (names.IsEmpty ? $"the model offers no {kind}" : $"choose from {string.Join(", ", names)}"));
        return false;
    }
}
