using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Solvers;

namespace Verify.Cli.Output;

/// <summary>The text of commands that repeat a run of the tool.</summary>
internal static class CommandText
{
    /// <summary>
    /// The options that lead from the choices of a claim to others, each with its value as one word; none if they are
    /// equal.
    /// </summary>
    public static ImmutableArray<string> OptionsFor(Claim claim, Choices choices)
    {
        var other = ChoiceDifference.Of(claim, choices);
        return
        [
            .. Named("--size", other.Sizes.IsEmpty ? [] : [string.Join(",", other.Sizes)]),
            .. Named("--feature", other.Features),
            .. Named("--fault", other.Faults),
            .. Named("--assume", other.Assumptions),
            .. Named("--drop", other.Dropped),
            .. Named("--profile", other.Profile is { } name ? [name] : []),
        ];

        static IEnumerable<string> Named(string option, ImmutableArray<string> values) =>
            values.Select(value => $"{option} {TextWrap.Quoted(value)}");
    }

    /// <summary>The command that replays a trace of an instance, one word per entry.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="encoded">The trace as text.</param>
    public static ImmutableArray<string> Replay(Claim claim, Instance instance, string encoded) =>
        ["./verify", "replay", TextWrap.Quoted(claim.Id), .. OptionsFor(claim, instance.Choices), $"--trace {encoded}"];
}
