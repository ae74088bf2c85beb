using System.CommandLine;
using Verify.Claims;
using Verify.Engines;

namespace Verify.Cli.Commands;

/// <summary>The options that say how to decide, and with what.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> engine = new("--engine")
    {
        HelpName = "E",
        Description = "The engine; see 'verify list'.",
    };

    private readonly Option<string[]> budget = new("--budget")
    {
        HelpName = "B",
        Description = "What it may spend: states=1M,seconds=10,depth=30,bytes=2G.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<ulong> seed = new("--seed")
    {
        HelpName = "N",
        Description = "Where random choices start.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> threads = new("--threads")
    {
        HelpName = "N",
        Description = "Threads; 0 for one a core.",
        DefaultValueFactory = _ => 0,
    };


    private readonly Option<string[]> reduce = new("--reduce")
    {
        HelpName = "R",
        Description = "Look at fewer states for the same verdict: symmetry.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { engine, budget, reduce, seed, threads })
        {
            command.Add(option);
        }
    }

    /// <summary>The engine and the circumstances that the command line asks for.</summary>
    /// <exception cref="ModelException">VRF201, VRF202, VRF403: no such engine, a budget or a number that makes no sense.</exception>
    public (IEngine Engine, Run Run) Read(ParseResult parsed, Session session)
    {
        var limit = Budget.Parse(string.Join(',', parsed.GetValue(budget) ?? []));
        var count = parsed.GetValue(threads);
        var reductions = Reductions.None;
        foreach (var name in parsed.GetValue(reduce) ?? [])
        {
            reductions |= Reduction(name);
        }

        if (count is < 0 or > 1024)
        {
            throw ModelException.At(null, Codes.BadUsage, $"{count} threads make no sense", "choose from 0 (one a core) to 1024");
        }

        var run = new Run(limit, parsed.GetValue(seed), count, null, reductions, session.Cancellation);
        return (session.Engine(parsed.GetValue(engine)), run);
    }

    private static Reductions Reduction(string name) =>
        name.Equals(nameof(Reductions.Symmetry), StringComparison.OrdinalIgnoreCase)
            ? Reductions.Symmetry
            : throw ModelException.At(null, Codes.BadUsage, $"there is no reduction '{name}'", "write --reduce symmetry");
}
