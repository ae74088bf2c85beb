using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>Reads claims.</summary>
internal sealed class ClaimParser(TokenReader tokens, StepParser steps)
{
    private const string Signs = ".-/+:";

    /// <summary>A claim; its keyword is read.</summary>
    public Declaration.Claim Claim(Span start)
    {
        var claim = new Declaration.Claim(
            start, tokens.Title("the identifier of a claim", Signs), tokens.OptionalText() ?? "", [], null, [], null, []);
        while (tokens.Current.Kind == TokenKind.Name && Part(claim) is { } more)
        {
            claim = more;
        }

        if (claim.Expected is null)
        {
            tokens.Problems.Add(ErrorCodes.BadSyntax, claim.Name.Span, $"the claim '{claim.Name.Text}' expects nothing",
                "say which property has which verdict: expect I-ENTRY proved");
        }

        return claim;
    }

    private Declaration.Claim? Part(Declaration.Claim claim)
    {
        switch (tokens.Current.Text)
        {
            case "with":
                tokens.Take();
                return claim with { With = claim.With.AddRange(Choices()) };
            case "expect":
                tokens.Take();
                return claim with { Expected = Expectation() };
            case "from":
                return claim with { Sources = claim.Sources.Add(steps.Source()) };
            case "finding":
                tokens.Take();
                return claim with { Finding = tokens.Text("a finding") };
            case "omits":
                if (tokens.Current.IsFirst && tokens.Position > 0 && claim.Expected is not null && IsOfModel())
                {
                    return null;
                }

                tokens.Take();
                return claim with { NotCovered = claim.NotCovered.Add(tokens.Text("what the proof does not cover")) };
            default:
                return null;
        }
    }

    // At the left border, "omits" is a declaration of its own.
    private bool IsOfModel() => tokens.Problems.Source.ColumnOf(tokens.Current.Span.Start) == 1;

    private List<ChoiceSyntax> Choices()
    {
        var found = new List<ChoiceSyntax>();
        do
        {
            var kind = tokens.Current;
            if (!(kind.Is("fault") || kind.Is("feature") || kind.Is("assumption") || kind.Is("profile") || kind.Is("size")))
            {
                tokens.Wrong($"a choice is expected, and {kind} is found", "write with fault NAME, or size cpu = 2, separated by commas");
                break;
            }

            tokens.Take();
            var name = tokens.Title($"the name of the {kind.Text}", ".-+");
            var size = kind.Text == "size" && tokens.Expect("=") ? tokens.Number("a size") : 0;
            found.Add(new ChoiceSyntax(new Word(kind.Text, kind.Span), name, size));
        }
        while (tokens.Accept(","));
        return found;
    }

    private ExpectationSyntax Expectation()
    {
        var property = tokens.Title("the name of a property");
        var verdict = tokens.Name("proved, refuted, open or pending");
        int? steps = null;
        ImmutableArray<Word>? under = null;
        ImmutableArray<Word> superfluous = [];
        var reason = "";
        switch (verdict.Text)
        {
            case "refuted" when tokens.Accept("in"):
                steps = tokens.Number("the number of steps");
                _ = tokens.Accept("step") || tokens.Accept("steps");
                break;
            case "proved" when tokens.Accept("under"):
                under = Titles();
                superfluous = tokens.Accept("superfluous") ? Titles() : [];
                break;
            case "pending":
                reason = tokens.Text("the reason");
                break;
            case "proved" or "refuted" or "open" or "":
                break;
            default:
                tokens.Problems.Add(ErrorCodes.BadSyntax, verdict.Span, $"'{verdict.Text}' is not a verdict",
                    "a claim expects proved, refuted, open or pending");
                break;
        }

        return new ExpectationSyntax(property, verdict, steps, under, superfluous, reason);
    }

    private ImmutableArray<Word> Titles()
    {
        var found = ImmutableArray.CreateBuilder<Word>();
        do
        {
            found.Add(tokens.Title("the name of an assumption", ".-+"));
        }
        while (tokens.Accept(","));
        return found.ToImmutable();
    }
}
