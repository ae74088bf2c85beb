using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The server maps a buffer for each operation and unmaps it at the end.</summary>
internal sealed class UnmappingServer(Machine machine)
{
    private readonly Server server = machine.Server;
    private readonly PageTable pages = machine.PageTable;
    private bool isLocal;
    private bool keepsAddresses;
    private bool hasTeardown;
    private bool zapsFully;
    private bool flushesIfCleared;

    public void Describe(ModelBuilder m)
    {
        isLocal = m.Has(LocalCpuFlag.LocalMunmap);
        keepsAddresses = m.Assumes(LocalCpuFlag.NoReuse);
        zapsFully = m.Assumes(LocalCpuFlag.FullZap);
        // In other instances a crash in the middle of an operation has the same effect as munmap.
        hasTeardown = isLocal && (keepsAddresses || zapsFully);
        server.Threads = m.Thread("zt", machine.Cpu, repeats: true, (t, c) => Program(m, t, c));
        server.AddAnswers(m);
    }

    private void Program(ModelBuilder m, ThreadBuilder t, Expr c)
    {
        var locals = server.Begin(t, c);
        server.AddPutPage(m, server.InFlight);
        var isClosing = hasTeardown ? t.Local("is_closing", Sort.Bool, false) : false;
        server.IsClosing = hasTeardown ? Server.Whole(isClosing) : None;
        flushesIfCleared = m.Has(LocalCpuFlag.GatherFlush);
        var cleared = flushesIfCleared ? t.Local("cleared", Sort.Bool, false) : true;
        var table = machine.Upper is null ? null : t.Local("table", machine.Frame);
        var early = m.Has(LocalCpuFlag.MaskBefore);
        Expr? sampled = null;

        t.Label("waiting");
        List<Action> ways = [() => InsertPfn(t, c, locals)];
        if (machine.Upper is { } upper)
        {
            ways.Add(() => AllocateTable(t, upper));
        }

        if (hasTeardown && keepsAddresses)
        {
            ways.Add(() => Teardown(t, c, locals, isClosing, cleared));
        }

        if (server.CanMigrate)
        {
            ways.Add(() => server.Migrate(t, c, "waiting"));
        }

        t.Either([.. ways]);

        t.Label("serving");
        ways = [() =>
        {
            sampled = early ? server.ReadMask(t, c) : null;
            t.Step("ptep_get_and_clear", s => StartMunmap(s, c, locals)
                .Set(pages.Entry(c, locals.At.Value), None).Shows(locals.At));
        }];
        if (hasTeardown)
        {
            ways.Add(() => Teardown(t, c, locals, isClosing, cleared));
        }

        if (m.Has(LocalCpuFlag.Mprotect))
        {
            ways.Add(() => new WriteProtection(machine).Add(m, t, c, locals, "serving"));
        }

        if (server.CanMigrate)
        {
            ways.Add(() => server.Migrate(t, c, "serving"));
        }

        t.Either([.. ways]);

        t.Label("unhooked");
        if (machine.Upper is { } level)
        {
            t.Step("free_pgtables", s => s
                .Set(table!, If(pages.HasEntries, None, level.Pmd))
                .SetIf(!pages.HasEntries, level.Pmd, None)
                .Shows(level.Pmd).From(Code.FreeTables));
        }

        Flush(t, c, locals, isClosing, cleared, table, sampled);
    }

    private void InsertPfn(ThreadBuilder t, Expr c, Server.Locals locals) =>
        t.Step("insert_pfn", machine.Va, machine.Frame, (s, x, f) => s
            .When(server.CanRun(c) & machine.Allocator.Owner[f] == Owner.AppBuf)
            .When(server.Holder[x].IsNone | server.Holder[x] == c)
            .When(machine.Upper?.Pmd.HasValue ?? true)
            .Set(pages.Entry(c, x), machine.Translation.To(f))
            .Set(server.Holder[x], c)
            .Set(locals.At, x).Set(locals.Buffer, f).Set(locals.Phase, Phase.Serving)
            .From(Code.InsertPfn, Mails.Patch));

    private void AllocateTable(ThreadBuilder t, PagingStructureCache upper)
    {
        t.Step("__pte_alloc", machine.Frame, (s, f) => s
            .When(upper.Pmd.IsNone & machine.Allocator.Owner[f] == Owner.Free)
            .Set(machine.Allocator.Owner[f], Owner.PageTable).Set(upper.Pmd, f)
            .From(Code.AllocTable));
        t.Goto("waiting");
    }

    // Everything that the thread has mapped goes at once, so the flush covers the whole address space.
    private void Teardown(ThreadBuilder t, Expr c, Server.Locals locals, Expr isClosing, Expr cleared)
    {
        t.Step("close: zap_pte_range", s =>
        {
            StartMunmap(s, c, locals)
                .When(Exists(machine.Va, x => server.Holder[x] == c))
                .Each(machine.Va, x => s.SetIf(server.Holder[x] == c, pages.Entry(c, x), None))
                .Set(locals.At, None).Set(isClosing, true)
                .Shows().From(Code.Exit);
            if (flushesIfCleared)
            {
                s.Set(cleared, Exists(machine.Va, x => server.Holder[x] == c & pages.Entry(c, x).HasValue));
            }
        });
        t.Goto("unhooked");
    }

    private StepBuilder StartMunmap(StepBuilder s, Expr c, Server.Locals locals)
    {
        s.When(server.CanRun(c) & server.CanFlush & !server.Lock);
        return s.Set(server.Lock, true).Set(locals.Phase, Phase.Retiring).From(Code.Zap, Code.Unmap);
    }

    private void Flush(
        ThreadBuilder t, Expr c, Server.Locals locals, Expr isClosing, Expr cleared, Expr? table, Expr? sampled)
    {
        void Everywhere()
        {
            server.FlushEverywhere(t, c, locals.At, sampled);
            Finish(t, c, locals, isClosing, table, "tlb_finish_mmu", s => server.FinishFlush(s, c));
        }

        void Locally()
        {
            if (table is null)
            {
                server.FlushLocally(t, c, locals.At, s => Release(s, c, locals, isClosing));
                return;
            }

            server.FlushLocally(t, c, locals.At, s => { });
            Finish(t, c, locals, isClosing, table, "munmap returns", s => s);
        }

        void Nothing() => t.Step("tlb_finish_mmu (nothing gathered)", s =>
            Release(s, c, locals, isClosing).Shows().From(Code.Finish));

        if (!isLocal)
        {
            Everywhere();
        }
        else if (zapsFully)
        {
            t.If(isClosing, () => t.If(cleared, Everywhere, Nothing), Locally);
        }
        else
        {
            Locally();
        }
    }

    private void Finish(
        ThreadBuilder t, Expr c, Server.Locals locals, Expr isClosing, Expr? table, string name,
        Func<StepBuilder, StepBuilder> finish)
    {
        void Plainly() => t.Step(name, s => Release(finish(s), c, locals, isClosing).Shows(locals.At));
        if (table is null)
        {
            Plainly();
            return;
        }

        t.If(table.HasValue,
            () => t.Step("tlb_remove_table", s =>
            {
                machine.Allocator.Free(s, table.Value).Shows(table).From(Code.RemoveTable);
                Release(finish(s), c, locals, isClosing);
            }),
            Plainly);
    }

    // The end of munmap or of a teardown. The locals are reset at the start of the program.
    private StepBuilder Release(StepBuilder s, Expr c, Server.Locals locals, Expr isClosing)
    {
        s.Set(server.Lock, false);
        return s.Each(machine.Va, x => s.SetIf(
            keepsAddresses ? isClosing & server.Holder[x] == c : locals.At == x | (isClosing & server.Holder[x] == c),
            server.Holder[x], None));
    }
}
