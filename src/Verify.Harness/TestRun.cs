using System.Runtime.CompilerServices;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Harness;

/// <summary>One run of code under test: who takes part in it, when others may go on, and what it did.</summary>
public sealed class TestRun
{
    private readonly IControlledRuntime control;
    private readonly ModelTracker shadow;
    private readonly int maxTurns;
    private readonly List<Participant> participants = [];
    private readonly HashSet<State> passed = [];
    private int turns;
    private Participant? moving;
    private bool hasBegun;
    private bool isOver;
    private bool isLooking;

    [ThreadStatic]
    private static Participant? current;

    internal TestRun(IControlledRuntime control, Interpreter model, Property.Always property, int maxTurns)
    {
        (this.control, this.maxTurns) = (control, maxTurns);
        shadow = new ModelTracker(model, property);
        passed.Add(shadow.States[0]);
    }

    /// <summary>Whether the property was violated.</summary>
    internal bool IsViolated { get; private set; }

    /// <summary>How the code left the model, if it did.</summary>
    internal Divergence? Deviation { get; private set; }

    /// <summary>What is wrong with the model, or with how the code speaks of it.</summary>
    internal UserErrorException? Trouble { get; private set; }

    /// <summary>What the code did.</summary>
    internal ModelTracker Shadow => shadow;

    /// <summary>Somebody takes part; the run ends when all who do have come to their end.</summary>
    /// <param name="name">The name, for reports.</param>
    /// <param name="body">What it does.</param>
    /// <exception cref="InvalidOperationException">The run has begun.</exception>
    /// <exception cref="ArgumentException">The body is asynchronous: it would go on where nothing is under control.</exception>
    public void Start(string name, Action body) => Add(new Participant(name, body, IsServant: false));

    /// <summary>Somebody serves the others, as a walker or a handler of interrupts does, and need not come to an end.</summary>
    /// <param name="name">The name, for reports.</param>
    /// <param name="body">What it does.</param>
    /// <exception cref="InvalidOperationException">The run has begun.</exception>
    /// <exception cref="ArgumentException">The body is asynchronous: it would go on where nothing is under control.</exception>
    public void Serve(string name, Action body) => Add(new Participant(name, body, IsServant: true));

    /// <summary>Others may go on: to be called before each access to what is shared. What follows is atomic up to the next call.</summary>
    /// <exception cref="InvalidOperationException">
    /// Nobody who takes part calls it, or a function does that may only look; so for all that follow.
    /// </exception>
    public void Yield()
    {
        var me = TakeTurn();
        control.Yield();
        moving = me;
        LeaveWhenOver();
    }

    /// <summary>Waits. What follows is atomic, and finds that the condition holds.</summary>
    /// <param name="condition">For what; it may look at everything and change nothing.</param>
    public void WaitUntil(Func<bool> condition)
    {
        var me = TakeTurn();
        me.Awaits = () => isOver || Holds(me, condition);
        EndWhenStuck();
        control.WaitUntil(me.Awaits);
        (me.Awaits, moving) = (null, me);
        LeaveWhenOver();
    }

    /// <summary>A choice of the environment, from 0 up to, but not including, <paramref name="count"/> (at least 1).</summary>
    public int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Caller();
        LeaveWhenOver();
        return count == 1 ? 0 : control.Choose(count);
    }

    /// <summary>Says what was just done, since the last scheduling point, as a step of the model.</summary>
    /// <param name="rule">The name of the rule.</param>
    /// <param name="arguments">One a parameter: the number of a range, or the position of a member, from 0.</param>
    public void Step(string rule, params ReadOnlySpan<int> arguments)
    {
        var me = Caller();
        LeaveWhenOver();
        try
        {
            if (shadow.Follow(rule, arguments) is { } reason)
            {
                Deviate($"{me.Name}: {reason}");
            }
            else if (shadow.IsViolated)
            {
                (IsViolated, isOver) = (true, true);
            }
            else if (!passed.Add(shadow.States[^1]))
            {
                control.CameBack();
            }
        }
        catch (UserErrorException trouble)
        {
            (Trouble, isOver) = (trouble, true);
        }

        LeaveWhenOver();
    }

    /// <summary>Says where the code keeps what a variable of the model stands for; compared after every step.</summary>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="values">
    /// Its parts in the order of keys and fields: null for an empty option, and numbers as in <see cref="Step"/>.
    /// </param>
    /// <exception cref="UserErrorException">VRF113: there is no such variable.</exception>
    public void Observe(string variable, Func<IEnumerable<int?>> values) =>
        shadow.Shows(variable, () => Look(() => values().ToList()));

    /// <summary>Makes the run.</summary>
    internal void Run()
    {
        hasBegun = true;
        IsViolated = shadow.IsViolated;
        Compare("at the start");
        if (!IsViolated && Deviation is null)
        {
            RunAll();
            if (!IsViolated && Trouble is null && turns <= maxTurns)
            {
                Compare("at the end");
            }
        }
    }

    private void RunAll()
    {
        try
        {
            control.Run([.. participants.Select(participant => (Action)(() => Take(participant)))]);
        }
        catch (TimeoutException)
        {
            // Also if it is over, and only that one does not notice: it was not seen to its end. It may be moving still, and
            // must at no time find that the run goes on.
            isOver = true;
            Deviation = IsViolated || Trouble is not null || Deviation is not null
                ? Deviation
                : new Divergence(
                    $"{moving?.Name} comes to no scheduling point: it spins, or waits for what is under nobody's control", shadow.Trace);
        }
    }

    private void Compare(string when)
    {
        if (Deviation is null && shadow.WhereTheyDiffer() is { } reason)
        {
            Deviation = new Divergence($"{when} {reason}", shadow.Trace);
        }
    }

    private void Add(Participant participant)
    {
        if (hasBegun)
        {
            throw new InvalidOperationException("who takes part is said before the run begins");
        }

        if (participant.Body.Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
        {
            throw new ArgumentException($"what {participant.Name} does is asynchronous, and would go on under nobody's control");
        }

        participants.Add(participant);
    }

    private void Take(Participant me)
    {
        (current, moving) = (me, me);
        try
        {
            LeaveWhenOver();
            me.Body();
        }
        catch (RunEndedException)
        {
            // So is this part of it.
        }
        catch (UserErrorException trouble)
        {
            (Trouble, isOver) = (Trouble ?? trouble, true);
        }
        catch (Exception e) when (e is not ThreadInterruptedException)
        {
            Deviate($"{me.Name} throws {e.GetType().Name}: {e.Message}");
        }

        me.IsDone = true;
        isOver |= participants.TrueForAll(one => one.IsDone || one.IsServant);
        EndWhenStuck();
        current = null;
    }

    private Participant TakeTurn([CallerMemberName] string call = "")
    {
        var me = Caller(call);
        LeaveWhenOver();
        isOver = ++turns > maxTurns;
        LeaveWhenOver();
        return me;
    }

    // A thread that nobody controls would move together with another, and what it did be nobody's step.
    private Participant Caller([CallerMemberName] string call = "")
    {
        if (isLooking)
        {
            throw new InvalidOperationException($"{call} is called by what may only look");
        }

        if (hasBegun && current is { } me)
        {
            return me;
        }

        Deviate($"{call} is called on a thread that takes no part: what it does is under nobody's control");
        throw new InvalidOperationException($"{call} is for those who take part, while they run");
    }

    private T Look<T>(Func<T> at)
    {
        var was = isLooking;
        isLooking = true;
        try
        {
            return at();
        }
        finally
        {
            isLooking = was;
        }
    }

    private void EndWhenStuck()
    {
        if (!isOver && participants.TrueForAll(one => one.IsDone || one.Awaits?.Invoke() == false))
        {
            var waiting = participants.Where(one => !one.IsDone && !one.IsServant).Select(one => one.Name);
            Deviate($"nobody can go on: {string.Join(", ", waiting)} wait for ever");
        }
    }

    // Asked by whoever is about to give way, so that what goes wrong in it must not be taken for that one's.
    private bool Holds(Participant waiting, Func<bool> condition)
    {
        try
        {
            return Look(condition);
        }
        catch (Exception e) when (e is not ThreadInterruptedException)
        {
            Deviate($"what {waiting.Name} waits for throws {e.GetType().Name}: {e.Message}");
            return true;
        }
    }

    // The first counts: what threads do when the run is over is not the code's doing.
    private void Deviate(string reason)
    {
        if (!isOver)
        {
            (Deviation, isOver) = (new Divergence(reason, shadow.Trace), true);
        }
    }

    private void LeaveWhenOver()
    {
        if (isOver)
        {
            throw new RunEndedException();
        }
    }

    private sealed record Participant(string Name, Action Body, bool IsServant)
    {
        public bool IsDone { get; set; }

        public Func<bool>? Awaits { get; set; }
    }
}
