using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Verify.Engines;
using Verify.Modelling;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Cli.Engines;

/// <summary>
/// Runs several engines in parallel and reports the first verdict and its engine. The winner may differ between runs.
/// </summary>
/// <param name="engines">The engines.</param>
/// <remarks>
/// The verdict does not depend on the winner: all engines that decide agree, also about the length of a shortest trace,
/// and a disagreement is an internal error. If there are several shortest traces, the winner determines which one is
/// shown.
/// </remarks>
internal sealed class PortfolioEngine(IReadOnlyList<IEngine> engines) : IEngine
{
    /// <summary>The engines that race.</summary>
    public IReadOnlyList<IEngine> Engines => engines;

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
            return AutoEngine.Chosen(farthest, runners[open.IndexOf(farthest)], $"it covered the most; undecided by {field}");
        }

        return results[winner].Verdict is { } verdict
            ? AutoEngine.Chosen(verdict, runners[winner], $"the first of {field}")
            : throw results[winner].Undefined!;
    }

    // Only the search uses reductions, and only one engine can show its progress.
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
#pragma warning disable CA1031 // An exception on a separate thread would end the process; it is rethrown after all engines have ended.
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

        // If a state is undefined, no statement about all states can be proved. A trace may still be found first.
        var undefined = results.ToList().FindIndex(result => result.Undefined is { } met && Undefining.Contains(met.Diagnostic.Code));
        if (undefined >= 0 && said.Find(pair => pair.Verdict is Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null })
            is { Verdict: { } proof, Name: var prover })
        {
            throw new UnreachableException($"engine '{prover}' says '{proof.Word}', and engine '{runners[undefined].Name}' that the "
                + $"model is undefined: {results[undefined].Undefined!.Diagnostic.Message}");
        }
    }

    private static readonly ErrorCode[] Undefining = [ErrorCodes.DoubleWrite, ErrorCodes.NoValue, ErrorCodes.OutOfRange];

    /// <summary>The result of one engine: a verdict, an undefined model, or an internal error.</summary>
    private sealed record Result(Verdict? Verdict, UserErrorException? Undefined, Exception? Mistake)
    {
        public bool IsDecided => Undefined is not null || (Verdict is { } verdict && AutoEngine.IsDecided(verdict));
    }
}
