using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Shootdowns;

/// <summary>The state of an address.</summary>
internal enum AddressState
{
    /// <summary>The change is relied on: the frame has another user, or is read-only.</summary>
    ReliedOn,

    /// <summary>The address is mapped, and writable.</summary>
    Mapped,

    /// <summary>The PTE has changed, and is not relied on yet.</summary>
    Changing,
}

/// <summary>Addresses that are mapped, changed and relied on, and CPUs that cache them and flush when they are due.</summary>
internal sealed class DeferralMachine
{
    private readonly ModelBuilder m;
    private readonly bool isDirect;
    private readonly bool changesFrame;
    private readonly Sort cpu;
    private readonly Sort frame;
    private readonly Sort va;
    private readonly Translation translation;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly Mmu mmu;
    private readonly Shootdown? shootdown;
    private readonly PendingFlushes? pending;
    private readonly Expr? loaded;
    private readonly Expr? inKernel;
    private readonly Expr address;
    private readonly Expr changing;

    public DeferralMachine(ModelBuilder m)
    {
        this.m = m;
        isDirect = m.Is(DeferredFlush.HandOut) || m.Is(DeferredFlush.ReadOnly);
        changesFrame = m.Is(DeferredFlush.Reuse) || m.Is(DeferredFlush.ReuseKernel);
        var isUser = m.Is(DeferredFlush.Free) || m.Is(DeferredFlush.Reuse);
        cpu = m.Processors("cpu", m.Size("cpu"));
        frame = m.ScalarSet("frame", m.Size("frame"), "f");
        va = isDirect ? frame : m.ScalarSet("va", m.Size("va"), "x");
        translation = new Translation(m, frame, hasPermissions: m.Is(DeferredFlush.ReadOnly));
        pages = new PageTable(m, cpu, va, translation);
        tlb = new Tlb(m, cpu, va, translation);
        mmu = new Mmu(m, Architecture.X86, translation, pages, tlb);
        var isLater = m.Has(DeferredFlush.AtSwitch) || m.Has(DeferredFlush.AtEntry) || m.Has(DeferredFlush.AtLoad);
        pending = isLater ? new PendingFlushes(m, cpu, "flush_pending", (s, c) => tlb.DropAll(s, c)) : null;
        shootdown = isLater || m.Has(DeferredFlush.Never) ? null : new Shootdown(m, cpu, va, Architecture.X86, isConcurrent: true);
        loaded = isUser ? m.Map("mm_is_loaded", cpu, Sort.Bool) : null;
        inKernel = !isUser || m.Has(DeferredFlush.AtEntry) ? m.Map("in_kernel", cpu, Sort.Bool) : null;
        address = m.Map("address", va, Sort.Enum<AddressState>());
        changing = m.Map("changing", cpu, Sort.Option(va));
    }

    public void Describe()
    {
        AddMapping();
        m.Thread("change", cpu, repeats: true, Change);
        shootdown?.AddAnswers(m, _ => true, (s, from, d) => mmu.Invalidate(s, d, shootdown.Address(from)), isFair: true);
        m.Rule("speculative walk", cpu, va, (s, c, x) => mmu.Walk(s
            .When(tlb[c, x].IsNone & pages.Shared(x).HasValue & (loaded is null ? true : loaded[c])), c, x))
            .From(Mmu.Speculation);
        AddSwitches();
        AddProperties();
    }

    // The address of a frame in the direct map always leads to that frame.
    private void AddMapping()
    {
        if (isDirect)
        {
            m.Rule("map", frame, (s, f) => s
                .When(address[f] == AddressState.ReliedOn)
                .Set(address[f], AddressState.Mapped).Set(pages.Shared(f), To(f)).By("kernel"));
            return;
        }

        m.Rule("map", va, frame, (s, x, f) => s
            .When(address[x] == AddressState.ReliedOn)
            .Set(address[x], AddressState.Mapped).Set(pages.Shared(x), To(f)).By("kernel"));
    }

    /// <summary>True if a CPU can use what it has cached.</summary>
    private Expr CanUse(Expr c) => loaded is not null ? loaded[c] : inKernel![c];

    private Expr RunsKernel(Expr c) => inKernel is null ? true : inKernel[c];

    private Expr IsBetweenCalls(Expr c) => changing[c].IsNone;

    private Expr To(Expr f) => translation.HasPermissions
        ? translation.To(f).With(translation.Dirty, true)
        : translation.To(f);

    private void Change(ThreadBuilder t, Expr c)
    {
        Expr x = changing[c].Value;
        t.Step(translation.HasPermissions ? "write-protect the PTE" : "clear the PTE", va, (s, at) =>
        {
            s.When(RunsKernel(c) & address[at] == AddressState.Mapped)
                .Set(address[at], AddressState.Changing).Set(changing[c], at);
            if (translation.HasPermissions)
            {
                s.Set(pages.Shared(at).Value[translation.Writable], false);
            }
            else
            {
                s.Set(pages.Shared(at), None);
            }
        });
        t.Step(Architecture.X86.LocalFlush, s => tlb.Drop(s, c, x).Shows(changing[c]).From(Architecture.X86.Source));
        if (shootdown is not null)
        {
            t.Step(Architecture.X86.RemoteFlush, s => shootdown
                .Send(s.When(shootdown.IsComplete(c)), c, d => d != c, changing[c]).Shows(changing[c]));
        }
        else if (pending is not null)
        {
            t.Step("ask for a flush later", s => pending.Post(s, c).Shows());
        }

        if (!m.Has(DeferredFlush.AtOnce))
        {
            t.Wait("all have flushed", shootdown is not null
                ? shootdown.IsComplete(c)
                : ForAll(cpu, d => d == c | !pending![d]));
        }

        Expr isIdle = m.Assumes(DeferredFlush.Idle) ? ForAll(cpu, d => d == c | !CanUse(d)) : true;
        if (changesFrame)
        {
            t.Step("map another frame", frame, (s, f) => Rely(s, c, x).When(isIdle)
                .Set(address[x], AddressState.Mapped).Set(pages.Shared(x), To(f)));
        }
        else
        {
            t.Step(m.Is(DeferredFlush.Free) ? "free the frame"
                : m.Is(DeferredFlush.HandOut) ? "hand the frame to user space" : "rely on it", s => Rely(s, c, x).When(isIdle)
                .Set(address[x], AddressState.ReliedOn).Shows(changing[c]));
        }
    }

    // What is cached from before the change is stale from now on.
    private StepBuilder Rely(StepBuilder s, Expr c, Expr x) => tlb.OutdateWritable(s, x).Set(changing[c], None);

    private void AddSwitches()
    {
        StepBuilder ServeIf(StepBuilder s, Expr c, params Switch[] times) =>
            pending is not null && times.Any(m.Has) ? pending.Serve(s, c) : s;
        if (loaded is not null)
        {
            m.Rule("switch to another process", cpu, (s, c) => ServeIf(s
                .When(loaded[c] & RunsKernel(c) & IsBetweenCalls(c)).Set(loaded[c], false), c, DeferredFlush.AtSwitch));
            m.Rule("switch to a thread of the process", cpu, (s, c) => ServeIf(s
                .When(!loaded[c] & RunsKernel(c) & IsBetweenCalls(c)).Set(loaded[c], true), c,
                DeferredFlush.AtSwitch, DeferredFlush.AtLoad));
        }

        if (m.Has(DeferredFlush.AtSwitch))
        {
            m.Rule("switch between threads", cpu, (s, c) => pending!.Serve(s.When(RunsKernel(c) & pending[c]), c));
        }

        if (inKernel is not null)
        {
            m.Rule("kernel entry", cpu, (s, c) => ServeIf(s.When(!inKernel[c]).Set(inKernel[c], true), c, DeferredFlush.AtEntry));
            m.Rule("return to user space", cpu, (s, c) => s
                .When(inKernel[c] & IsBetweenCalls(c)).Set(inKernel[c], false));
        }
    }

    private void AddProperties()
    {
        m.Always("I-RELY", ForAll(cpu, va, (c, x) => !(CanUse(c) & translation.IsStale(tlb[c, x]))),
            "once a change is relied on, no CPU can use what it has cached from before");
        if (!m.Has(DeferredFlush.AtOnce))
        {
            var one = m.AnyOf("watched", va);
            m.LeadsTo("L-RELY", address[one] == AddressState.Changing, address[one] != AddressState.Changing,
                "a change that was made can be relied on sooner or later");
        }

        m.Reachable("another CPU has cached what is about to change", Exists(cpu, cpu, (c, d) =>
            c != d & Exists(va, x => changing[c] == x & tlb[d, x].HasValue)));
    }
}
