using System.Runtime.CompilerServices;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Harness;

/// <summary>One run of a system under test: its participants, its scheduling points and its steps.</summary>
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
    private bool isInspecting;

    [ThreadStatic]
    private static Participant? current;

    internal TestRun(IControlledRuntime control, Interpreter model, Property.Always property, int maxTurns)
    {
        (this.control, this.maxTurns) = (control, maxTurns);
        shadow = new ModelTracker(model, property);
        passed.Add(shadow.States[0]);
    }

    /// <summary>True if the property was violated.</summary>
    internal bool IsViolated { get; private set; }

    /// <summary>The divergence of the code from the model; null if there is none.</summary>
    internal Divergence? Deviation { get; private set; }

    /// <summary>An error in the model, or in the names that the code uses; null if there is none.</summary>
    internal UserErrorException? Trouble { get; private set; }

    /// <summary>The run of the model that follows the code.</summary>
    internal ModelTracker Shadow => shadow;

    /// <summary>Adds a participant; the run ends when all participants have ended.</summary>
    /// <param name="name">The name for reports.</param>
    /// <param name="body">The code of the participant.</param>
    /// <exception cref="InvalidOperationException">The run has started.</exception>
    /// <exception cref="ArgumentException">The body is asynchronous, so it would continue outside of the scheduler's
    /// control.</exception>
    public void Start(string name, Action body) => Add(new Participant(name, body, IsServant: false));

    /// <summary>
    /// Adds a server, such as a walker or a handler of interrupts; the run does not wait for it to end.
    /// </summary>
    /// <param name="name">The name for reports.</param>
    /// <param name="body">The code of the server.</param>
    /// <exception cref="InvalidOperationException">The run has started.</exception>
    /// <exception cref="ArgumentException">The body is asynchronous, so it would continue outside of the scheduler's
    /// control.</exception>
    public void Serve(string name, Action body) => Add(new Participant(name, body, IsServant: true));

    /// <summary>
    /// Marks a scheduling point; code calls it before each access to shared state. The code up to the next call is
    /// atomic.
    /// </summary>
    /// <exception cref="InvalidOperationException">The caller is not a participant, or is a function that may only
    /// read. The same holds for the other methods.</exception>
    public void Yield()
    {
        var me = TakeTurn();
        control.Yield();
        moving = me;
        LeaveWhenOver();
    }

    /// <summary>Waits until a condition holds. The following code is atomic with the test.</summary>
    /// <param name="condition">The condition; it may read everything and change nothing.</param>
    public void WaitUntil(Func<bool> condition)
    {
        var me = TakeTurn();
        me.Awaits = () => isOver || Holds(me, condition);
        EndWhenStuck();
        control.WaitUntil(me.Awaits);
        (me.Awaits, moving) = (null, me);
        LeaveWhenOver();
    }

    /// <summary>
    /// Makes a choice of the environment, from 0 up to, but not including, <paramref name="count"/> (at least 1).
    /// </summary>
    public int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Caller();
        LeaveWhenOver();
        return count == 1 ? 0 : control.Choose(count);
    }

    /// <summary>Reports the code since the last scheduling point as a step of the model.</summary>
    /// <param name="rule">The name of the rule.</param>
    /// <param name="arguments">One number per parameter: a number of a range, or the position of a member, from
    /// 0.</param>
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
                control.OnRevisit();
            }
        }
        catch (UserErrorException trouble)
        {
            (Trouble, isOver) = (trouble, true);
        }

        LeaveWhenOver();
    }

    /// <summary>Registers the code's values for a variable of the model; they are compared after every step.</summary>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="values">The parts of the value in the order of keys and fields: null for an empty option, and
    /// numbers as in <see cref="Step"/>.</param>
    /// <exception cref="UserErrorException">VRF113: the model has no such variable.</exception>
    public void Observe(string variable, Func<IEnumerable<int?>> values) =>
        shadow.Shows(variable, () => Inspect(() => values().ToList()));

    /// <summary>Executes the run.</summary>
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
            // Applies even when the run has ended but this thread has not noticed: the run was not completed. The
            // thread may still be running and must never see the run continue.
            isOver = true;
            Deviation = IsViolated || Trouble is not null || Deviation is not null
                ? Deviation
                : new Divergence(
                    $"{moving?.Name} did not reach a scheduling point: it spins, or blocks on something that the harness does not control",
                    shadow.Trace);
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
            throw new InvalidOperationException("participants must be added before the run starts");
        }

        if (participant.Body.Method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
        {
            throw new ArgumentException(
                $"the body of {participant.Name} is asynchronous and would continue outside of the scheduler's control");
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
            DeviateWhereTheyDiffer($"{me.Name} ends, and");
        }
        catch (RunEndedException)
        {
            // The end of the run is not an error of this participant.
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
        DeviateWhereTheyDiffer($"{me.Name} reaches a scheduling point, where");
        LeaveWhenOver();
        return me;
    }

    // The step of an uncontrolled thread would overlap with another one and belong to no participant.
    private Participant Caller([CallerMemberName] string call = "")
    {
        if (isInspecting)
        {
            throw new InvalidOperationException($"{call} is called by a function that may only read");
        }

        if (hasBegun && current is { } me)
        {
            return me;
        }

        Deviate($"{call} is called on a thread that is not a participant, so the scheduler does not control it");
        throw new InvalidOperationException($"only participants may call {call}, while they run");
    }

    private T Inspect<T>(Func<T> at)
    {
        var was = isInspecting;
        isInspecting = true;
        try
        {
            return at();
        }
        finally
        {
            isInspecting = was;
        }
    }

    private void EndWhenStuck()
    {
        if (!isOver && participants.TrueForAll(one => one.IsDone || one.Awaits?.Invoke() == false))
        {
            var waiting = participants.Where(one => !one.IsDone && !one.IsServant).Select(one => one.Name);
            Deviate($"deadlock: {string.Join(", ", waiting)} wait forever");
        }
    }

    // The thread that is about to yield evaluates the condition, so an exception must be attributed to the waiting
    // participant.
    private bool Holds(Participant waiting, Func<bool> condition)
    {
        try
        {
            return Inspect(condition);
        }
        catch (Exception e) when (e is not ThreadInterruptedException)
        {
            Deviate($"the condition of {waiting.Name} throws {e.GetType().Name}: {e.Message}");
            return true;
        }
    }

    // The code must report a step before others can see its effect.
    private void DeviateWhereTheyDiffer(string when)
    {
        if (!isOver && shadow.WhereTheyDiffer() is { } reason)
        {
            Deviate($"{when} {reason}");
        }
    }

    // Keeps the first divergence, because threads behave arbitrarily after the run has ended.
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
