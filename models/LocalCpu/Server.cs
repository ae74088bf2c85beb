using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The state of the server's code.</summary>
public enum ServerCode
{
    /// <summary>Not loaded yet.</summary>
    NotLoaded,

    /// <summary>Loaded with a valid signature.</summary>
    Verified,

    /// <summary>Taken over by an attacker after loading.</summary>
    Compromised,
}

/// <summary>
/// The state and the steps that the threads of the server share, whichever way they retire a mapping.
/// </summary>
public sealed class Server
{
    private readonly Machine machine;
    private readonly Sort cpu;
    private readonly bool onlyOwner;
    private readonly bool touchesWhileWaiting;
    private readonly Expr on;
    private Expr? mask;

    internal Server(ModelBuilder m, Machine machine)
    {
        (this.machine, cpu) = (machine, machine.Cpu);
        onlyOwner = m.Assumes(LocalCpuFlag.OnlyOwner);
        touchesWhileWaiting = m.Has(LocalCpuFlag.PteLeft) && !m.Assumes(LocalCpuFlag.IdleBetween);
        var flushesEverywhere = !m.Has(LocalCpuFlag.LocalMunmap) || m.Assumes(LocalCpuFlag.FullZap);
        CanMigrate = !m.Assumes(LocalCpuFlag.Pinned) && m.Size("cpu") > 1;
        Holder = m.Map("vma", machine.Va, Sort.Option(cpu));
        Lock = m.Var("mmap_lock", Sort.Bool);
        on = CanMigrate ? m.Map("moved_to", cpu, Sort.Option(cpu)) : Fill(Sort.Map(cpu, Sort.Option(cpu)), None);
        if (flushesEverywhere && m.Size("cpu") > 1)
        {
            Shootdown = new Shootdown(m, cpu, machine.Va, machine.Architecture);
        }

        CodeState = m.Has(LocalCpuFlag.SignedServer) ? m.Var("server", Sort.Enum<ServerCode>()) : ServerCode.Compromised;
        if (m.Has(LocalCpuFlag.SignedServer))
        {
            AddSignature(m, CodeState);
        }
    }

    /// <summary>The thread whose VMA contains an address; none if the address is free.</summary>
    public Expr Holder { get; }

    /// <summary>mmap_lock, which every munmap holds from the zap to the end of the flush.</summary>
    public Expr Lock { get; }

    /// <summary>The threads, each on the CPU of its number unless it has moved.</summary>
    public ModelThread Threads
    {
        get => field ?? throw UserErrorException.Absent("the threads are not described yet");
        internal set;
    }

    /// <summary>
    /// The operation of each thread. This and the next properties are maps once the threads have declared their locals.
    /// </summary>
    public Expr PhaseOf { get; private set; } = None;

    /// <summary>The address that each thread works at.</summary>
    public Expr At { get; private set; } = None;

    /// <summary>The buffer that each thread works on.</summary>
    public Expr Buffer { get; private set; } = None;

    /// <summary>True for each thread that closes all its mappings; a map if the model has a teardown.</summary>
    public Expr IsClosing { get; internal set; } = None;

    /// <summary>The CPUs that each thread has found in mm_cpumask; a map where there are context switches.</summary>
    public Expr Others { get; private set; } = None;

    /// <summary>The state of the server's code; unchecked code may be an attacker's.</summary>
    public Expr CodeState { get; }

    /// <summary>True if threads migrate between CPUs.</summary>
    public bool CanMigrate { get; }

    /// <summary>The flush of other CPUs; null if no step uses one or there are no other CPUs.</summary>
    public Shootdown? Shootdown { get; }

    /// <summary>The flush of other CPUs, where there has to be one.</summary>
    public Shootdown Flush => Shootdown ?? throw UserErrorException.Absent("nothing flushes other CPUs here");

    /// <summary>The CPU that a thread runs on.</summary>
    public Expr Here(Expr c) => If(on[c].HasValue, on[c].Value, c);

    /// <summary>True if a thread can take a step that needs its CPU.</summary>
    public Expr CanRun(Expr c) =>
        (machine.Spaces?.CanRunThread(Here(c)) ?? true) & CodeState != ServerCode.NotLoaded;

    /// <summary>True if the bound on flush generations leaves room for one more.</summary>
    public Expr CanFlush => machine.Spaces?.HasGenerationsLeft ?? true;

    /// <summary>True if a thread works on the buffer at an address, in user mode.</summary>
    public Expr IsServed(Expr x) => Exists(cpu, z => Serves(z, x));

    /// <summary>True if a frame is the buffer of an operation that is not over.</summary>
    public Expr InFlight(Expr f) => Exists(cpu, z => Buffer[z] == f);

    /// <summary>True if an instruction that a CPU retires may use an address.</summary>
    public Expr MayTouch(Expr d, Expr x)
    {
        var owner = Exists(cpu, z => Here(z) == d & (touchesWhileWaiting
            ? Serves(z, x) | (PhaseOf[z] == Phase.Waiting & Holder[x] == z)
            : Serves(z, x)));
        return (machine.Spaces?.Runs(d) ?? true) & (onlyOwner ? owner : CodeState == ServerCode.Compromised | owner);
    }

    /// <summary>Declares what every thread keeps for itself; before its first step.</summary>
    internal Locals Begin(ThreadBuilder t, Expr c)
    {
        var locals = new Locals(
            t.Local("phase", Sort.Enum<Phase>(), Phase.Waiting),
            t.Local("at", machine.Va),
            t.Local("buffer", machine.Frame));
        // Other steps ask about any thread, so they need the whole maps.
        (PhaseOf, At, Buffer) = (Whole(locals.Phase), Whole(locals.At), Whole(locals.Buffer));
        t.RunsOn(Here(c));
        return locals;
    }

    /// <summary>Adds a way of an <c>Either</c> on which the thread moves to another CPU, and goes on at a label.</summary>
    internal void Migrate(ThreadBuilder t, Expr c, string label)
    {
        t.Step("migrate", cpu, (s, d) => s
            .When(CanRun(c) & Here(c) != d)
            .Set(on[c], If(d == c, None, Some(d)))
            .From(Code.Affinity));
        t.Goto(label);
    }

    /// <summary>Adds the flush on the CPU that the thread runs on, and only there.</summary>
    internal void FlushLocally(ThreadBuilder t, Expr c, Expr address, Action<StepBuilder> also)
    {
        BumpGeneration(t, c);
        t.Step(machine.Architecture.LocalFlush, s =>
        {
            Invalidate(s, Here(c), address);
            machine.Spaces?.EnablePreemption(s, Here(c));
            also(s.Shows(address).ShowsNoneAs(Shootdown.Everything).From(Code.FlushRange, machine.Architecture.Source));
        });
    }

    /// <summary>Adds the flush on all CPUs up to the wait; see <see cref="FinishFlush"/>.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The thread.</param>
    /// <param name="address">What to drop.</param>
    /// <param name="sampled">The CPUs to interrupt, if they were chosen before.</param>
    internal void FlushEverywhere(ThreadBuilder t, Expr c, Expr address, Expr? sampled = null)
    {
        BumpGeneration(t, c);
        var isBroadcast = Shootdown is not null && machine.Architecture.Remote == RemoteInvalidation.Broadcast;
        if (!isBroadcast)
        {
            t.Step(machine.Architecture.LocalFlush, s =>
            {
                Invalidate(s, Here(c), address);
                s.Shows(address).ShowsNoneAs(Shootdown.Everything).From(Code.FlushRange, machine.Architecture.Source);
            });
        }

        if (Shootdown is not null)
        {
            var others = sampled ?? ReadMask(t, c);
            void Send() => t.Step(machine.Architecture.RemoteFlush, s => Shootdown
                .Send(s, None, d => others is null ? (isBroadcast ? true : Here(c) != d) : others[d], address)
                .Shows(address).ShowsNoneAs(Shootdown.Everything).From(Code.FlushOthers));
            if (others is null)
            {
                Send();
            }
            else
            {
                t.If(Exists(cpu, d => others[d]), Send);
            }
        }

        if (machine.Device is { } device)
        {
            t.Step("mmu_notifier_invalidate_range", s => device
                .Drop(s, address).Shows(address).ShowsNoneAs(Shootdown.Everything).From(Code.Notifier));
        }
    }

    /// <summary>Adds the step that reads which other CPUs have the mm; nothing when all have it always.</summary>
    internal Expr? ReadMask(ThreadBuilder t, Expr c)
    {
        if (machine.Spaces is not { } spaces)
        {
            return null;
        }

        var others = mask ??= t.Local("others", Sort.Set(cpu), Fill(Sort.Set(cpu), false));
        Others = Whole(others);
        t.Step("mm_cpumask", s => s
            .Each(cpu, d => s.Set(others[d], spaces.Cpumask[d] & Here(c) != d))
            .Shows().From(Code.FlushOthers, Mails.Cpumask));
        return others;
    }

    /// <summary>Adds to a step that the flush is over and the thread can be preempted.</summary>
    internal StepBuilder FinishFlush(StepBuilder s, Expr c)
    {
        Shootdown?.Finish(s, None);
        machine.Spaces?.EnablePreemption(s, Here(c));
        return s.From(Code.Finish);
    }

    /// <summary>Adds the application's last put_page of a buffer without other references.</summary>
    internal void AddPutPage(ModelBuilder m, Func<Expr, Expr> isReferenced) =>
        m.Rule("put_page", cpu, machine.Frame, (s, c, f) => machine.Allocator
            .Free(s.When(machine.Allocator.Owner[f] == Owner.AppBuf & !isReferenced(f)), f))
            .From(Code.PutPage);

    /// <summary>Adds what other CPUs do when a flush reaches them.</summary>
    internal void AddAnswers(ModelBuilder m) => Shootdown?.AddAnswers(m,
        d => machine.Spaces?.HasInterrupts(d) ?? true,
        (s, from, d) =>
        {
            if (machine.Spaces is { } spaces)
            {
                spaces.Answer(s, d, Shootdown.Address(from));
            }
            else
            {
                machine.Mmu.Invalidate(s, d, Shootdown.Address(from));
            }
        });

    private void BumpGeneration(ThreadBuilder t, Expr c)
    {
        if (machine.Spaces is { } spaces)
        {
            t.Step("inc_mm_tlb_gen", s => spaces.Bump(s.When(CanRun(c)), Here(c)).From(Code.FlushRange));
        }
    }

    // A CPU drops its entry for an address, or for the whole address space if the address is none.
    private void Invalidate(StepBuilder s, Expr d, Expr address)
    {
        if (machine.Spaces is { } spaces)
        {
            spaces.Flush(s, d, address);
            return;
        }

        machine.Mmu.Invalidate(s, d, address);
    }

    private static void AddSignature(ModelBuilder m, Expr server)
    {
        m.Rule("verify signature", s => s
            .When(server == ServerCode.NotLoaded).Set(server, ServerCode.Verified).By("kernel"))
            .From(Mails.ToWilcox);
        if (!m.Assumes(LocalCpuFlag.Trusted))
        {
            m.Rule("compromise the server", s => s
                .When(server == ServerCode.Verified).Set(server, ServerCode.Compromised).By("attacker"))
                .From(Mails.Wilcox);
        }
    }

    private Expr Serves(Expr z, Expr x) => PhaseOf[z] == Phase.Serving & At[z] == x;

    internal static Expr Whole(Expr local) => ((Expr.Index)local).Map;

    /// <summary>The locals of a thread while it works on a buffer.</summary>
    internal sealed record Locals(Expr Phase, Expr At, Expr Buffer);
}
