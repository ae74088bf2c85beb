using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Verify.Engines;
using Verify.Modelling;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Cli.Engines;

/// <summary>Lets engines race. The first that decides is the winner and is named; which one that is, chance may decide.</summary>
/// <param name="engines">Who races.</param>
/// <remarks>
/// The verdict does not depend on who wins: every engine that decides says the same, the length of a shortest trace
/// included, and two that do not are an internal error. Which of several shortest traces is shown depends on the winner.
/// </remarks>
internal sealed class PortfolioEngine(IReadOnlyList<IEngine> engines) : IEngine
{
    public string Name => "portfolio";

    public string Summary => $"lets {string.Join(", ", engines.Select(engine => engine.Name))} race, and names the winner";

    public string? Unavailable => null;

    public string? WhyNot(Model model, Property property) => null;

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        var runners = engines.Where(engine => engine.Unavailable is null && engine.WhyNot(model, property) is null).ToImmutableArray();
        if (runners.IsEmpty)
        {
            return new Verdict.Unknown(engines[0].Unavailable ?? engines[0].WhyNot(model, property)!, Evidence.Nothing);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Cancellation);
        var results = new Result[runners.Length];
        var winner = -1;
        var threads = runners.Select((engine, i) => new Thread(() =>
        {
            results[i] = RunOne(engine, model, property, Circumstances(engine, run, over.Token));
            if (results[i].IsDecided && Interlocked.CompareExchange(ref winner, i, -1) == -1)
            {
                over.Cancel();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (results.FirstOrDefault(result => result.Mistake is not null) is { Mistake: { } mistake })
        {
            ExceptionDispatchInfo.Throw(mistake);
        }

        FailIfContradictory(runners, results);
        var field = string.Join(", ", runners.Select(engine => engine.Name));
        if (winner < 0)
        {
            var open = results.Select(result => result.Verdict!).ToList();
            var farthest = AutoEngine.Farthest(open);
            return AutoEngine.Chosen(farthest, runners[open.IndexOf(farthest)], $"it came farthest; undecided by {field}");
        }

        return results[winner].Verdict is { } verdict
            ? AutoEngine.Chosen(verdict, runners[winner], $"the first of {field}")
            : throw results[winner].Undefined!;
    }

    // Only a search knows what to leave out; and the screen has room for one who tells how far he is.
    private EngineOptions Circumstances(IEngine engine, EngineOptions run, CancellationToken token) => engine == engines[0]
        ? run with { Cancellation = token }
        : run with { Cancellation = token, Reductions = Reductions.None, Progress = null };

    private static Result RunOne(IEngine engine, Model model, Property property, EngineOptions run)
    {
        try
        {
            return new Result(engine.Decide(model, property, run), null, null);
        }
        catch (UserErrorException e)
        {
            return new Result(null, e, null);
        }
        catch (OutOfMemoryException)
        {
            return new Result(new Verdict.Unknown("memory ran out", Evidence.Nothing), null, null);
        }
#pragma warning disable CA1031 // On a thread of its own anything would end the process; it is thrown when all have come back.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Result(null, null, e);
        }
    }

    private static void FailIfContradictory(ImmutableArray<IEngine> runners, Result[] results)
    {
        var said = results.Select((result, i) => (result.Verdict, runners[i].Name))
            .Where(pair => pair.Verdict is { } verdict && AutoEngine.IsDecided(verdict)).ToList();
        if (said.Select(pair => pair.Verdict!.Word).Distinct().Count() > 1)
        {
            throw new UnreachableException(string.Join(", ", said.Select(pair => $"engine '{pair.Name}' says '{pair.Verdict!.Word}'")));
        }

        // Where something is undefined, nothing is true of all states. A trace may well be found before.
        var undefined = results.ToList().FindIndex(result => result.Undefined is { } met && Undefining.Contains(met.Diagnostic.Code));
        if (undefined >= 0 && said.Find(pair => pair.Verdict is Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null })
            is { Verdict: { } proof, Name: var prover })
        {
            throw new UnreachableException($"engine '{prover}' says '{proof.Word}', and engine '{runners[undefined].Name}' that the "
                + $"model is undefined: {results[undefined].Undefined!.Diagnostic.Message}");
        }
    }

    private static readonly ErrorCode[] Undefining = [ErrorCodes.DoubleWrite, ErrorCodes.NoValue, ErrorCodes.OutOfRange];

    /// <summary>What an engine came to: a verdict, a model that is not well defined, or a mistake of ours.</summary>
    private sealed record Result(Verdict? Verdict, UserErrorException? Undefined, Exception? Mistake)
    {
        public bool IsDecided => Undefined is not null || (Verdict is { } verdict && AutoEngine.IsDecided(verdict));
    }
}
