using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.Hardware;
using Verify.Models.Storage;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExtentSeals;

/// <summary>The actors of <see cref="MapDirect"/> together.</summary>
internal sealed class MapDirectParts
{
    private readonly ModelBuilder m;
    private readonly Sort va;
    private readonly IBacking backing;
    private readonly PageTable pages;
    private readonly Landing landing;
    private readonly ExtentSeal? seal;
    private readonly FcntlSeals? fcntl;
    private readonly Registration registration;

    public MapDirectParts(ModelBuilder m, Sort va, IBacking backing, PageTable pages)
    {
        (this.m, this.va, this.backing, this.pages) = (m, va, backing, pages);
        landing = new Landing(m, backing);
        var time = m.Has(MapDirect.CountPins) ? SealTime.Counted
            : m.Has(MapDirect.SealFirst) ? SealTime.First
            : m.Has(MapDirect.LookAgain) ? SealTime.LastChecked
            : m.Has(MapDirect.SealLast) ? SealTime.Last
            : SealTime.Never;
        var isMapping = m.Has(MapDirect.SealOfMapping);
        var holders = 1 + (m.Has(MapDirect.CountPins) || m.Has(MapDirect.Fcntl) ? 1 : 0) + (m.Has(MapDirect.Forks) ? 1 : 0);
        seal = isMapping ? new ExtentSeal(m, "i_mapdcount", holders)
            : time != SealTime.Never || m.Has(MapDirect.Fcntl) ? new ExtentSeal(m, "i_iomap_seals", holders)
            : null;
        fcntl = m.Has(MapDirect.Fcntl) ? new FcntlSeals(m, seal!) : null;
        registration = new Registration(m, va, backing, pages, landing, time);
    }

    private Expr MayChange => seal is null ? true : !seal.IsSet;

    public void Describe()
    {
        var file = backing as BlockBacking;
        var isLocked = file is null ? false : AddFile(file);
        var process = AddProcess(isLocked, file);
        var canFault = file is not null && m.Has(MapDirect.CopyOnFault)
            ? file.Blocks.Owner[backing.Slot.Value] != BlockOwner.Both
            : true;
        m.Rule(backing.Fault.Name, va, (s, x) => s
            .When(process.IsMapped & !isLocked & pages.Shared(x).IsNone & backing.Slot.HasValue & canFault)
            .Set(pages.Shared(x), backing.Translation.To(backing.Slot.Value)).By("process"))
            .From(backing.Fault.Source);
        AddPinning(process);
        fcntl?.Describe(m, process.IsRunning, m.Assumes(MapDirect.Keep) ? !registration.HasPins : true,
            m.Has(MapDirect.ClearAny), isLocked);
        registration.Describe(m, fcntl is null ? process.IsMapped : process.IsMapped & fcntl.IsMine,
            process.IsRunning, seal, isLocked);
        landing.AddInvariants(m);
        seal?.AddInvariants(m, process.IsGone);
    }

    private SealingProcess AddProcess(Expr isLocked, BlockBacking? file)
    {
        var ofVma = m.Has(MapDirect.SealOfMapping) ? seal : null;
        var isLast = ofVma is null ? true : ofVma.Holders == 1;
        var isTidy = m.Assumes(MapDirect.PinInVma) ? !(isLast & registration.HasPins) : true;
        var process = new SealingProcess(m, m.Has(MapDirect.Forks))
        {
            Mmap = ofVma is not null ? "mmap(MAP_DIRECT)"
                : m.Has(MapDirect.MapSync) ? "mmap(MAP_SYNC | MAP_POPULATE)"
                : "mmap",
            MayMap = file is not null && m.Has(MapDirect.UnshareFirst)
                ? backing.Slot.IsNone | file.Blocks.Owner[backing.Slot.Value] == BlockOwner.FileA
                : true,
            OnMap = m.Has(MapDirect.MapSync) ? Populate : null,
            OnClose = CloseMapping,
            SealOfVma = ofVma,
            IsLocked = isLocked,
            MayUnmap = m.Assumes(MapDirect.Orderly) ? !registration.HasPins : isTidy,
            MayExit = isTidy,
        };
        process.DescribeMappings(m);
        if (m.Has(MapDirect.Forks))
        {
            process.DescribeFork(m, isTidy);
        }

        if (m.Has(MapDirect.Killed))
        {
            process.DescribeExit(m, s => registration.Undo(s, seal, isLocked));
        }

        return process;

        void Populate(StepBuilder s) => s
            .When(!isLocked)
            .If(backing.Slot.HasValue, () => s.Each(va, x =>
                s.Set(pages.Shared(x), backing.Translation.To(backing.Slot.Value))));
    }

    // Adds the other processes that change the block map, and the operations that a seal refuses.
    private Expr AddFile(BlockBacking file)
    {
        var truncate = new Truncate(m, file)
        {
            IsPinned = registration.IsPinned,
            IsMapped = pages.HasEntries,
            Zap = Zap,
            Before = seal is null ? null : RefuseIfSealed,
            OnRemove = s => seal?.NoteChange(s),
        };
        truncate.Describe(m);
        var mayChange = !truncate.Lock & MayChange;
        file.AddEnvironment(m, mayChange);
        file.Blocks.AddSwap(m, mayChange, Change);
        if (m.Has(MapDirect.Reflink))
        {
            file.Blocks.AddSharing(m, m.Has(MapDirect.CloneSealed) ? !truncate.Lock : mayChange, mayChange, Change);
        }

        if (m.Has(MapDirect.Append))
        {
            AddAppend(truncate.Lock);
        }

        return truncate.Lock;
    }

    // Truncate and hole punch check the seal at different places; their effect on the block is the same.
    private void RefuseIfSealed(ThreadBuilder t, Truncate truncate)
    {
        t.Either(() => Ask("inode_newsize_ok"), () => Ask("vfs_fallocate"));

        void Ask(string step) => t.Branch(step, seal!.IsSet, () => t.Return(),
            also: s => truncate.Refuse(s, seal.IsSet).From(Posts.Sealed));
    }

    // An append does not touch the mapped offset, but it changes the size.
    private void AddAppend(Expr isLocked)
    {
        var waits = m.Ghost("appending", Sort.Bool);
        m.Thread("append", repeats: true, t =>
        {
            t.Step("write(O_APPEND)", s => s.Set(waits, true));
            t.Label("again");
            t.Branch("xfs_file_aio_write_checks", MayChange,
                () => t.Step("size grows", s => s.When(!isLocked).Set(waits, false)),
                () =>
                {
                    t.Step("-ETXTBSY", s => s.From(Posts.Sealed));
                    t.Goto("again");
                },
                s => s.From(Posts.Sealed));
        });
        m.LeadsTo("L-APPEND", waits, !waits, "who wants to append to the file does so in the end");
    }

    // VM_PINNED keeps a page of memory in place; it has no effect on extents.
    private void AddPinning(SealingProcess process)
    {
        var isPinned = m.Has(MapDirect.VmPinned) ? m.Var("VM_PINNED", Sort.Bool) : null;
        if (isPinned is not null)
        {
            m.Rule("mm_mpin", s => s.When(process.IsMapped & !isPinned).Set(isPinned, true).By("process")).From(Posts.Pinned);
        }

        if (backing is PageBacking memory)
        {
            memory.AddEnvironment(m, process.IsMapped);
            m.Rule("migrate_pages", memory.Unit, (s, f) =>
            {
                s.When(memory.Slot.HasValue & !registration.IsPinned(memory.Slot.Value)).By("kcompactd").From(KernelCode.Migrate);
                s.When(isPinned is null ? true : !isPinned);
                memory.Migrate(s, f);
                Zap(s);
            });
        }
    }

    private void CloseMapping(StepBuilder s)
    {
        Zap(s);
        if (backing is PageBacking memory)
        {
            s.If(memory.Slot.HasValue, () => memory.Remove(s, registration.IsPinned(memory.Slot.Value)));
        }
    }

    private void Change(StepBuilder s)
    {
        Zap(s);
        seal?.NoteChange(s);
    }

    private void Zap(StepBuilder s) => s.Each(va, x => s.Set(pages.Shared(x), None));
}
