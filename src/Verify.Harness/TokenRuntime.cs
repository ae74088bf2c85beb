using Verify.Scheduling;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Harness;

/// <summary>
/// Threads of which one runs at a time: the one that holds the token, until it passes the token on at a scheduling
/// point.
/// </summary>
/// <param name="strategy">The strategy, one of <see cref="ScheduleEngine"/>.</param>
/// <param name="seed">The seed of the random choices.</param>
/// <param name="number">The number of the run.</param>
/// <param name="expectedTurns">The number of turns that the run is expected to have.</param>
/// <param name="patience">The maximum time that a thread may hold the token.</param>
internal sealed class TokenRuntime(string strategy, ulong seed, long number, int expectedTurns, TimeSpan patience) : IControlledRuntime
{
    private Scheduler order = Scheduler.Create(strategy, 1);
    private Prng random = new(seed);
    private ControlledThread[] hands = [];
    private bool[] isReady = [];
    private int passes;

    [ThreadStatic]
    private static ControlledThread? current;

    /// <summary>The number of turns so far.</summary>
    public int Turns => Volatile.Read(ref passes);

    /// <inheritdoc/>
    public void Run(IReadOnlyList<Action> works)
    {
        hands = [.. works.Select(_ => new ControlledThread())];
        isReady = new bool[hands.Length];
        order = Scheduler.Create(strategy, hands.Length);
        random = Prng.ForRun(seed, order.NumberOf(number));
        order.Begin(number, random, expectedTurns);
        var finished = new SemaphoreSlim(0); // an abandoned thread may still end later
        var threads = hands.Zip(works, (hand, work) => new Thread(() => Take(hand, work, finished)) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        if (Pass(null))
        {
            AwaitEnd(finished);
        }

        if (Array.Exists(hands, hand => !hand.IsDone))
        {
            throw new UnreachableException("all threads wait, but the run has not ended");
        }

        threads.ForEach(thread => thread.Join());
    }

    /// <inheritdoc/>
    public void Yield() => Pass(current);

    /// <inheritdoc/>
    public void WaitUntil(Func<bool> condition)
    {
        current!.Awaits = condition;
        Pass(current);
        current.Awaits = null;
    }

    /// <inheritdoc/>
    public int Choose(int count) => random.Below(count);

    /// <inheritdoc/>
    public void OnRevisit() => order.OnRevisit();

    // A thread cannot be stopped from outside; one that keeps the token is abandoned.
    private void AwaitEnd(SemaphoreSlim finished)
    {
        for (var seen = -1; !finished.Wait(patience);)
        {
            var now = Volatile.Read(ref passes);
            if (now == seen && !System.Diagnostics.Debugger.IsAttached)
            {
                throw new TimeoutException("a thread does not pass on the token");
            }

            seen = now;
        }
    }

    private void Take(ControlledThread hand, Action work, SemaphoreSlim finished)
    {
        current = hand;
        hand.Turn.Wait();
        work();
        hand.IsDone = true;
        if (!Pass(hand))
        {
            finished.Release();
        }
    }

    // Returns false if no thread can take the token.
    private bool Pass(ControlledThread? from)
    {
        Volatile.Write(ref passes, unchecked(passes + 1));
        var next = Next();
        if (next is not null && next != from)
        {
            next.Turn.Release();
            if (from is { IsDone: false })
            {
                from.Turn.Wait();
            }
        }

        return next is not null;
    }

    private ControlledThread? Next()
    {
        for (var i = 0; i < hands.Length; i++)
        {
            isReady[i] = !hands[i].IsDone && hands[i].Awaits?.Invoke() != false;
        }

        return isReady.Contains(true) ? hands[order.Next(isReady)] : null;
    }

    private sealed class ControlledThread
    {
        public SemaphoreSlim Turn { get; } = new(0);

        public bool IsDone { get; set; }

        public Func<bool>? Awaits { get; set; }
    }
}
