using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>The address space that a processor has loaded; in the order of <see cref="LoadedMm"/>.</summary>
internal enum Space
{
    /// <summary>The mm of the user process that runs, or ran before the write.</summary>
    UserMm,

    /// <summary>The mm with the writable alias.</summary>
    TemporaryMm,

    /// <summary>LOADED_MM_SWITCHING.</summary>
    Switching,
}

/// <summary>The address of an alias that exists during one write; there is only one.</summary>
public enum PokingAddress
{
    /// <summary>text_poke_mm_addr.</summary>
    TextPokeMmAddr,
}

/// <summary>Errors of code that runs in another address space than it expects.</summary>
internal enum Stray
{
    /// <summary>The writer stores to the user's page at the address of the alias.</summary>
    IntoUserPage,

    /// <summary>The writer's store faults, because the address is not mapped.</summary>
    Fault,

    /// <summary>An NMI handler reads the alias in place of the user's memory.</summary>
    ReadByNmi,

    /// <summary>The writer's store triggers a watchpoint of the user.</summary>
    Watchpoint,
}

/// <summary>
/// The address space with the writable alias, the CPUs that load it, the surrounding user process, and other stores.
/// </summary>
internal sealed class AliasMachine
{
    private readonly Expr changed;
    private readonly Expr stray;
    private readonly Expr preempted;
    private readonly bool isPreemptible;
    private readonly bool isGlobal;
    private readonly Expr isEverywhere;
    private readonly Mmu mmu;

    public AliasMachine(ModelBuilder m)
    {
        IsPermanent = m.Has(TemporaryMm.RareMm);
        isPreemptible = m.Has(TemporaryMm.Preemptible) || (m.Has(TemporaryMm.ModifyPointer) && !m.Has(TemporaryMm.AtomicBody));
        isGlobal = m.Has(TemporaryMm.GlobalAlias);
        Cpu = m.Processors("cpu", m.Size("cpu"));
        Frame = m.ScalarSet("frame", m.Size("frame"), "f");

        // If the alias is permanent, each page of the region has its own address.
        Va = IsPermanent ? Frame : Sort.Enum<PokingAddress>();
        Translation = new Translation(m, Frame, hasPermissions: false);
        Pages = new PageTable(m, Cpu, Va, Translation);
        Tlb = new Tlb(m, Cpu, Va, Translation);
        mmu = new Mmu(m, Architecture.X86, Translation, Pages, Tlb);
        Rules = (m.Is(TemporaryMm.Linux616)
            ? SwitchRules.Linux618
            : SwitchRules.Linux420 with { Marker = SwitchingMarker.AfterGeneration }) with
        {
            HasTags = !m.Has(TemporaryMm.NoPcid),
            HasGlobalEntries = isGlobal,
        };
        Spaces = new AddressSpaces(m, Cpu, Tlb, m.Size("gens"), rules: Rules, names: Sort.Enum<Space>());
        Writing = m.Map("writing", Cpu, Sort.Option(Frame));
        UserPage = m.Map("user_page", Va, Sort.Bool);
        Watchpoint = m.Map("watchpoint", Cpu, Sort.Bool);
        Armed = m.Map("dr7", Cpu, Sort.Bool);
        preempted = isPreemptible ? m.Map("preempted", Cpu, Sort.Bool) : Fill(Sort.Set(Cpu), false);
        Ready = IsPermanent ? m.Var("wr_ready", Sort.Bool) : true;
        isEverywhere = m.Has(TemporaryMm.KernelHalf) ? Ready : false;
        Debugger = m.Has(TemporaryMm.Kgdb) ? m.Var("debugger", Sort.Option(Cpu)) : null;
        changed = m.Ghost("changed_outside", Sort.Bool);
        stray = m.Ghost("stray", Sort.Option(Sort.Enum<Stray>()));
    }

    public bool IsPermanent { get; }

    public Sort Cpu { get; }

    public Sort Va { get; }

    public Sort Frame { get; }

    public Translation Translation { get; }

    /// <summary>The page table of the temporary mm, at the address of the alias.</summary>
    public PageTable Pages { get; }

    public Tlb Tlb { get; }

    public SwitchRules Rules { get; }

    public AddressSpaces Spaces { get; }

    /// <summary>The frame that a CPU is writing, from the start of the call to its end.</summary>
    public Expr Writing { get; }

    /// <summary>True if the user has a page at the address of the alias.</summary>
    public Expr UserPage { get; }

    /// <summary>True if the user has set a watchpoint at the address of the alias for the thread on a CPU.</summary>
    public Expr Watchpoint { get; }

    /// <summary>True if that watchpoint is armed.</summary>
    public Expr Armed { get; }

    /// <summary>True if the alias exists.</summary>
    public Expr Ready { get; }

    /// <summary>
    /// The CPU of the debugger, which holds all others; none if the debugger is inactive, null if the model has none.
    /// </summary>
    public Expr? Debugger { get; }

    /// <summary>True if the writing thread is running on its CPU.</summary>
    public Expr HasCpu(Expr c) => isPreemptible ? !preempted[c] : true;

    /// <summary>True if a thread in the kernel can start a write on a CPU.</summary>
    public Expr CanBegin(Expr c) => !IsHeld(c) & Ready;

    /// <summary>True if the debugger holds a CPU.</summary>
    public Expr IsHeld(Expr c) => Debugger is null ? false : Debugger.HasValue & Debugger != c;

    /// <summary>True if a CPU can take an interrupt.</summary>
    public Expr HasInterrupts(Expr c) => Spaces.HasInterrupts(c) & !IsHeld(c);

    /// <summary>True if the writing thread may be preempted.</summary>
    public bool IsPreemptible => isPreemptible;

    /// <summary>Extends a step: the writer stores through the alias.</summary>
    /// <param name="s">The step.</param>
    /// <param name="c">The CPU.</param>
    /// <param name="x">The address.</param>
    /// <param name="meant">The intended frame.</param>
    public void Store(StepBuilder s, Expr c, Expr x, Expr meant)
    {
        var pte = Pages.Shared(x);
        Expr hits = HitsTlb(c, x);
        Expr walks = !hits & CanWalk(c, x);
        s.SetIf(hits & Tlb[c, x].Value[Translation.Frame] != meant, changed, true);
        s.If(walks, () => mmu.Walk(s, c, x));
        s.SetIf(walks & pte.Value[Translation.Frame] != meant, changed, true);
        s.SetIf(!hits & !walks, stray, If(UserPage[x], Some(Stray.IntoUserPage), Some(Stray.Fault)));
        s.SetIf((hits | walks) & Armed[c], stray, Some(Stray.Watchpoint));
    }

    /// <summary>Extends a step: a stray store goes to an address and changes its target.</summary>
    public StepBuilder StoreAstray(StepBuilder s, Expr c, Expr x) => s.SetIf(Reaches(c, x), changed, true);

    /// <summary>Extends a step: the writing thread stores to the user's memory in place of the alias.</summary>
    public StepBuilder MissAlias(StepBuilder s, Expr x) =>
        s.Set(stray, If(UserPage[x], Some(Stray.IntoUserPage), Some(Stray.Fault)));

    /// <summary>
    /// True if a store to an address, in the address space that a CPU has loaded, would reach protected data.
    /// </summary>
    public Expr Reaches(Expr c, Expr x) => HitsTlb(c, x) | CanWalk(c, x);

    public void AddEnvironment(ModelBuilder m)
    {
        if (IsPermanent)
        {
            m.Rule("wr_poking_init", s => s
                .When(!Ready).Set(Ready, true)
                .Each(Frame, f => s.Set(Pages.Shared(f), Translation.To(f))).By("boot"))
                .From(Mails.PermanentAlias);
        }

        m.Rule("speculative walk", Cpu, Va, (s, c, x) => mmu.Walk(s.When(Tlb[c, x].IsNone & CanWalk(c, x)), c, x))
            .From(Mmu.Speculation);
        m.Rule("mmap (user)", Va, (s, x) => s.When(!UserPage[x]).Set(UserPage[x], true).By("user"));
        m.Rule("ptrace (watchpoint)", Cpu, (s, c) => s
            .When(!Watchpoint[c] & Writing[c].IsNone).Set(Watchpoint[c], true).Set(Armed[c], true))
            .From(KernelCode.Ptrace, KernelCode.DataBreakpoint);
        m.Rule("NMI: copy_from_user_nmi", Cpu, Va, (s, c, x) => s
            .When(m.Has(TemporaryMm.NoNmiCheck) ? true : !Spaces.SeemsLoaded(c, countsSwitching: true))
            .SetIf(Reaches(c, x) | Spaces.IsWalkable(c), stray, Some(Stray.ReadByNmi)))
            .From(KernelCode.Nmi);
        m.Rule("copy_to_user", Cpu, Va, (s, c, x) => StoreAstray(s
            .When(Spaces.HasLeft(c) & UserPage[x]), c, x))
            .From(KernelCode.CopyToUser);
        if (!m.Assumes(TemporaryMm.NoWild))
        {
            m.Rule("stray store", Cpu, Va, (s, c, x) => StoreAstray(s.When(RunsOtherCode(c)), c, x));
            if (m.Has(TemporaryMm.Unprotected))
            {
                m.Rule("stray store (kernel address)", Cpu, Frame, (s, c, _) => s.When(RunsOtherCode(c)).Set(changed, true));
            }

            if (!m.Assumes(TemporaryMm.CleanHandlers))
            {
                m.Rule("interrupt: stray store", Cpu, Va, (s, c, x) => StoreAstray(s.When(HasInterrupts(c)), c, x));
            }
        }

        if (isPreemptible)
        {
            AddScheduler(m);
        }
    }

    public void AddInvariants(ModelBuilder m)
    {
        m.Always("I-RO", !changed, "protected data changes only by the write that is meant for it");
        m.Always("I-WALIAS", ForAll(Cpu, Va, (c, x) => Reaches(c, x).Implies(IsInWindow(c) & LeadsToMeant(c, x))),
            "no CPU but the writer's, and no other thread on it, can store to protected data, nor can it store to other data");
        m.Always("I-CTX", stray.IsNone, "code that believes to run in an address space does run in it, and is not trapped");
        m.Always("I-WATCH", ForAll(Cpu, c => Writing[c].IsNone.Implies(Watchpoint[c] == Armed[c])),
            "a watchpoint of the user is armed whenever nothing is written");
        m.LeadsTo("L-END", ForAll(Cpu, c => Writing[c].HasValue), Exists(Cpu, c => Writing[c].IsNone),
            "if all CPUs write, one of the writes ends");
        if (Debugger is not null)
        {
            m.Always("I-HELD", ForAll(Cpu, c => IsHeld(c).Implies(Writing[c].IsNone)),
                "the debugger holds no CPU in the middle of a write, whose lock it would wait for");
        }

        m.Reachable("the temporary mm is loaded", Exists(Cpu, Spaces.IsWalkable));
        m.Reachable("the TLB has the alias", Exists(Cpu, Va, (c, x) => Tlb[c, x].HasValue));
        m.Reachable("the user has a page there, and a watchpoint",
            Exists(Va, x => UserPage[x]) & Exists(Cpu, c => Watchpoint[c]));
    }

    private Expr HitsTlb(Expr c, Expr x) =>
        (isGlobal ? true : Spaces.IsWalkable(c) | isEverywhere) & Tlb[c, x].HasValue;

    private Expr CanWalk(Expr c, Expr x) => (Spaces.IsWalkable(c) | isEverywhere) & Pages.Shared(x).HasValue;

    private Expr IsInWindow(Expr c) => Spaces.IsWalkable(c) & Writing[c].HasValue & HasCpu(c);

    // With a permanent alias a writer can reach the whole region, by design.
    private Expr LeadsToMeant(Expr c, Expr x) => IsPermanent
        ? true
        : (Tlb[c, x].HasValue.Implies(Tlb[c, x].Value[Translation.Frame] == Writing[c].Value))
            & (Pages.Shared(x).HasValue.Implies(Pages.Shared(x).Value[Translation.Frame] == Writing[c].Value));

    /// <summary>True if a CPU runs kernel code outside of a write.</summary>
    public Expr RunsOtherCode(Expr c) => isPreemptible ? Writing[c].IsNone | preempted[c] : Writing[c].IsNone;

    // The scheduler takes active_mm as loaded. A switch is one atomic step here.
    private void AddScheduler(ModelBuilder m)
    {
        Expr MayLose(Expr c) => Writing[c].HasValue & !preempted[c] & Spaces.CanBePreempted(c);
        Expr IsLoaded(Expr c) => Spaces.IsWalkable(c);
        m.Rule("schedule (to a user thread)", Cpu, (s, c) => s
            .When(MayLose(c)).Set(preempted[c], true).If(IsLoaded(c), () => Spaces.Leave(s, c)))
            .From(KernelCode.Schedule);
        m.Rule("schedule (to a kernel thread)", Cpu, (s, c) => s
            .When(MayLose(c)).Set(preempted[c], true).If(IsLoaded(c), () => Spaces.EnterLazyMode(s, c)))
            .From(KernelCode.Schedule);
        m.Rule("schedule (back)", Cpu, (s, c) => s
            .When(preempted[c]).Set(preempted[c], false).If(IsLoaded(c), () => Spaces.Leave(s, c)))
            .From(KernelCode.Schedule);
    }
}
