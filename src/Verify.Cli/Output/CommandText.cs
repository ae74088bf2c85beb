using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Rendering;

namespace Verify.Cli.Output;

/// <summary>Commands of this tool as text, for whoever wants to repeat what it did.</summary>
internal static class CommandText
{
    /// <summary>
    /// The options that turn the choices of a claim into others, each with its value as one word; none if they are the
    /// same.
    /// </summary>
    public static ImmutableArray<string> OptionsFor(Claim claim, Choices choices)
    {
        var other = ChoiceDifference.Of(claim, choices);
        return
        [
            .. Named("--size", other.Sizes.IsEmpty ? [] : [string.Join(",", other.Sizes)]),
            .. Named("--fault", other.Faults),
            .. Named("--assume", other.Assumptions),
            .. Named("--drop", other.Dropped),
            .. Named("--profile", other.Profile is { } name ? [name] : []),
        ];

        static IEnumerable<string> Named(string option, ImmutableArray<string> values) =>
            values.Select(value => $"{option} {TextWrap.Quoted(value)}");
    }

    /// <summary>The command that replays a run of an instance, a word an entry.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="encoded">The run, as text.</param>
    public static ImmutableArray<string> Replay(Claim claim, Instance instance, string encoded) =>
        ["./verify", "replay", TextWrap.Quoted(claim.Id), .. OptionsFor(claim, instance.Choices), $"--trace {encoded}"];
}
