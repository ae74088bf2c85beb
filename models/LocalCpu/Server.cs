using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The states of the server's code.</summary>
internal enum ServerCode
{
    /// <summary>Not loaded yet.</summary>
    NotLoaded,

    /// <summary>Loaded with a valid signature.</summary>
    Verified,

    /// <summary>Taken over by an attacker after loading.</summary>
    Compromised,
}

/// <summary>
/// The state that the threads of the server share, independent of the way in which they retire a mapping.
/// </summary>
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

        // Unverified code may be an attacker's.
        code = m.Has(LocalCpuFlag.SignedServer) ? m.Var("server", Sort.Enum<ServerCode>()) : ServerCode.Compromised;
        if (m.Has(LocalCpuFlag.SignedServer))
        {
            AddSignature(m, code);
        }
    }

    /// <summary>The thread whose VMA contains an address; none if the address is free.</summary>
    public Expr Holder { get; }

    /// <summary>mmap_lock, which every munmap holds from the zap to the end of the flush.</summary>
    public Expr Lock { get; }

    /// <summary>The threads, once they are described.</summary>
    public ModelThread? Thread { get; set; }

    /// <summary>True if threads migrate between CPUs.</summary>
    public bool CanMigrate { get; }

    /// <summary>The flush of other CPUs; null if no step uses one or there are no other CPUs.</summary>
    public Shootdown? Shootdown { get; }

    /// <summary>The CPU that a thread runs on.</summary>
    public Expr Here(Expr c) => If(on[c].HasValue, on[c].Value, c);

    /// <summary>True if a thread can take a step that needs its CPU.</summary>
    public Expr CanRun(Expr c) =>
        (machine.Spaces?.CanRunThread(Here(c)) ?? true) & code != ServerCode.NotLoaded;

    /// <summary>True if the bound on flush generations leaves room for one more.</summary>
    public Expr CanFlush => machine.Spaces?.HasGenerationsLeft ?? true;

    /// <summary>True if a thread works on the buffer at an address, in user mode.</summary>
    public Expr IsServed(Expr x) => Exists(cpu, z => Serves(z, x));

    /// <summary>True if a frame is the buffer of an operation in progress.</summary>
    public Expr InFlight(Expr f) => Exists(cpu, z => buffer[z] == f);

    /// <summary>True if an instruction that a CPU retires may use an address.</summary>
    public Expr MayTouch(Expr d, Expr x)
    {
        var owner = Exists(cpu, z => Here(z) == d & (touchesWhileWaiting
            ? Serves(z, x) | (phase[z] == Phase.Waiting & Holder[x] == z)
            : Serves(z, x)));
        return (machine.Spaces?.Runs(d) ?? true) & (onlyOwner ? owner : code == ServerCode.Compromised | owner);
    }

    /// <summary>Declares the locals of a thread; call it before the first step.</summary>
    public Locals Begin(ThreadBuilder t, Expr c)
    {
        var locals = new Locals(
            t.Local("phase", Sort.Enum<Phase>(), Phase.Waiting),
            t.Local("at", machine.Va),
            t.Local("buffer", machine.Frame));
        // Other steps need the locals of all threads, so the maps are kept.
        (phase, at, buffer) = (Whole(locals.Phase), Whole(locals.At), Whole(locals.Buffer));
        t.RunsOn(Here(c));
        return locals;
    }

    /// <summary>
    /// Adds a branch of an <c>Either</c> on which the thread migrates to another CPU and continues at a label.
    /// </summary>
    public void Migrate(ThreadBuilder t, Expr c, string label)
    {
        t.Step("migrate", cpu, (s, d) => s
            .When(CanRun(c) & Here(c) != d)
            .Set(on[c], If(d == c, None, Some(d)))
            .From(Code.Affinity));
        t.Goto(label);
    }

    /// <summary>Adds the flush on the current CPU of the thread only.</summary>
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

    /// <summary>Adds the flush on all CPUs up to the wait; see <see cref="FinishFlush"/>.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The thread.</param>
    /// <param name="address">The address to drop; none for everything.</param>
    /// <param name="sampled">The CPUs to interrupt, if they were chosen before; else null.</param>
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

    /// <summary>Adds the step that reads which other CPUs have the mm loaded; null if all always have.</summary>
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

    /// <summary>Extends a step: the flush is over, and the thread can be preempted.</summary>
    public StepBuilder FinishFlush(StepBuilder s, Expr c)
    {
        Shootdown?.Finish(s, None);
        machine.Spaces?.EnablePreemption(s, Here(c));
        return s.From(Code.Finish);
    }

    /// <summary>Adds the application's last put_page of a buffer without other references.</summary>
    public void AddPutPage(ModelBuilder m, Func<Expr, Expr> isReferenced) =>
        m.Rule("put_page", cpu, machine.Frame, (s, c, f) => machine.Allocator
            .Free(s.When(machine.Allocator.Owner[f] == Owner.AppBuf & !isReferenced(f)), f))
            .From(Code.PutPage);

    /// <summary>Adds the reaction of other CPUs to a flush.</summary>
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

    private Expr Serves(Expr z, Expr x) => phase[z] == Phase.Serving & at[z] == x;

    private static Expr Whole(Expr local) => ((Expr.Index)local).Map;

    /// <summary>The locals of a thread while it works on a buffer.</summary>
    internal sealed record Locals(Expr Phase, Expr At, Expr Buffer);
}
