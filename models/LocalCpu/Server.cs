using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>Whether the server's code is what it was signed to be.</summary>
internal enum ServerCode
{
    /// <summary>Not loaded yet.</summary>
    NotLoaded,

    /// <summary>Loaded, and its signature was right.</summary>
    Verified,

    /// <summary>Somebody else's, since.</summary>
    Compromised,
}

/// <summary>What the threads of the server share, whichever way they retire a mapping.</summary>
internal sealed class Server
{
    private readonly Machine machine;
    private readonly Sort cpu;
    private readonly bool onlyOwner;
    private readonly bool touchesWhileWaiting;
    private readonly Expr on;
    private readonly Expr code;
    // Maps, once the threads have declared what they keep.
    private Expr phase = None;
    private Expr at = None;
    private Expr buffer = None;
    private Expr? mask;

    public Server(ModelBuilder m, Machine machine)
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

        // Code that nobody has checked may be anybody's.
        code = m.Has(LocalCpuFlag.SignedServer) ? m.Var("server", Sort.Enum<ServerCode>()) : ServerCode.Compromised;
        if (m.Has(LocalCpuFlag.SignedServer))
        {
            AddSignature(m, code);
        }
    }

    /// <summary>Which thread's VMA an address is in; none when it can be handed out.</summary>
    public Expr Holder { get; }

    /// <summary>mmap_lock, which every munmap holds from the zap to the end of the flush.</summary>
    public Expr Lock { get; }

    /// <summary>The threads, once they are described.</summary>
    public ModelThread? Thread { get; set; }

    /// <summary>Whether threads move between CPUs.</summary>
    public bool CanMigrate { get; }

    /// <summary>The flush of other CPUs, where anything does one and there are others.</summary>
    public Shootdown? Shootdown { get; }

    /// <summary>The CPU that a thread runs on.</summary>
    public Expr Here(Expr c) => If(on[c].HasValue, on[c].Value, c);

    /// <summary>Whether a thread can take a step that needs its CPU.</summary>
    public Expr CanRun(Expr c) =>
        (machine.Spaces?.CanRunThread(Here(c)) ?? true) & code != ServerCode.NotLoaded;

    /// <summary>Whether the bound on flush generations leaves room for one more.</summary>
    public Expr CanFlush => machine.Spaces?.HasGenerationsLeft ?? true;

    /// <summary>Whether a thread works on the buffer at an address, in user mode.</summary>
    public Expr IsServed(Expr x) => Exists(cpu, z => Serves(z, x));

    /// <summary>Whether a frame is the buffer of an operation that is not over.</summary>
    public Expr InFlight(Expr f) => Exists(cpu, z => buffer[z] == f);

    /// <summary>Whether some instruction that a CPU retires may name an address.</summary>
    public Expr MayTouch(Expr d, Expr x)
    {
        var owner = Exists(cpu, z => Here(z) == d & (touchesWhileWaiting
            ? Serves(z, x) | (phase[z] == Phase.Waiting & Holder[x] == z)
            : Serves(z, x)));
        return (machine.Spaces?.Runs(d) ?? true) & (onlyOwner ? owner : code == ServerCode.Compromised | owner);
    }

    /// <summary>Declares what every thread keeps for itself; before its first step.</summary>
    public Locals Begin(ThreadBuilder t, Expr c)
    {
        var locals = new Locals(
            t.Local("phase", Sort.Enum<Phase>(), Phase.Waiting),
            t.Local("at", machine.Va),
            t.Local("buffer", machine.Frame));
        // Other steps ask about any thread, so they need the whole maps.
        (phase, at, buffer) = (Whole(locals.Phase), Whole(locals.At), Whole(locals.Buffer));
        t.RunsOn(Here(c));
        return locals;
    }

    /// <summary>Adds a way of an <c>Either</c> on which the thread moves to another CPU, and goes on at a label.</summary>
    public void Migrate(ThreadBuilder t, Expr c, string label)
    {
        t.Step("migrate", cpu, (s, d) => s
            .When(CanRun(c) & Here(c) != d)
            .Set(on[c], If(d == c, None, Some(d)))
            .From(Code.Affinity));
        t.Goto(label);
    }

    /// <summary>Adds the flush on the CPU that the thread runs on, and only there.</summary>
    public void FlushLocally(ThreadBuilder t, Expr c, Expr address, Action<StepBuilder> also)
    {
        BumpGeneration(t, c);
        t.Step(machine.Architecture.LocalFlush, s =>
        {
            Invalidate(s, Here(c), address);
            machine.Spaces?.EnablePreemption(s, Here(c));
            also(s.Shows(address).From(Code.FlushRange, machine.Architecture.Source));
        });
    }

    /// <summary>Adds the flush on all CPUs, up to where it waits: see <see cref="FinishFlush"/>.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The thread.</param>
    /// <param name="address">What to drop.</param>
    /// <param name="sampled">The CPUs to interrupt, if they were chosen before.</param>
    public void FlushEverywhere(ThreadBuilder t, Expr c, Expr address, Expr? sampled = null)
    {
        BumpGeneration(t, c);
        var isBroadcast = Shootdown is not null && machine.Architecture.Remote == RemoteInvalidation.Broadcast;
        if (!isBroadcast)
        {
            t.Step(machine.Architecture.LocalFlush, s =>
            {
                Invalidate(s, Here(c), address);
                s.Shows(address).From(Code.FlushRange, machine.Architecture.Source);
            });
        }

        if (Shootdown is not null)
        {
            var others = sampled ?? ReadMask(t, c);
            void Send() => t.Step(machine.Architecture.RemoteFlush, s => Shootdown
                .Send(s, None, d => others is null ? (isBroadcast ? true : Here(c) != d) : others[d], address)
                .Shows(address).From(Code.FlushOthers));
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
                .Drop(s, address).Shows(address).From(Code.Notifier));
        }
    }

    /// <summary>Adds the step that reads which other CPUs have the mm; nothing when all have it always.</summary>
    public Expr? ReadMask(ThreadBuilder t, Expr c)
    {
        if (machine.Spaces is not { } spaces)
        {
            return null;
        }

        var others = mask ??= t.Local("others", Sort.Set(cpu), Fill(Sort.Set(cpu), false));
        t.Step("mm_cpumask", s => s
            .Each(cpu, d => s.Set(others[d], spaces.Cpumask[d] & Here(c) != d))
            .Shows().From(Code.FlushOthers, Mails.Cpumask));
        return others;
    }

    /// <summary>Adds to a step that the flush is over and the thread can be preempted.</summary>
    public StepBuilder FinishFlush(StepBuilder s, Expr c)
    {
        Shootdown?.Finish(s, None);
        machine.Spaces?.EnablePreemption(s, Here(c));
        return s.From(Code.Finish);
    }

    /// <summary>Adds the application's last put_page of a buffer that nobody else has a reference to.</summary>
    public void AddPutPage(ModelBuilder m, Func<Expr, Expr> isReferenced) =>
        m.Rule("put_page", cpu, machine.Frame, (s, c, f) => machine.Allocator
            .Free(s.When(machine.Allocator.Owner[f] == Owner.AppBuf & !isReferenced(f)), f))
            .From(Code.PutPage);

    /// <summary>Adds what other CPUs do when a flush reaches them.</summary>
    public void AddAnswers(ModelBuilder m) => Shootdown?.AddAnswers(m,
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

    // What a CPU drops for an address, or for the whole address space when there is none.
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

    private Expr Serves(Expr z, Expr x) => phase[z] == Phase.Serving & at[z] == x;

    private static Expr Whole(Expr local) => ((Expr.Index)local).Map;

    /// <summary>What a thread keeps for itself while it works on a buffer.</summary>
    internal sealed record Locals(Expr Phase, Expr At, Expr Buffer);
}
