using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The server of the posted patch: the next operation overwrites the PTE of the last one.</summary>
internal sealed class OverwritingServer(Machine machine)
{
    private readonly Server server = machine.Server;
    private readonly PageTable pages = machine.PageTable;
    private bool holds;
    private Expr held = None;
    private Expr dropping = None;

    public void Describe(ModelBuilder m)
    {
        holds = m.Has(LocalCpuFlag.FrameHold);
        var nothing = Fill(Sort.Set(machine.Frame), false);
        held = holds ? m.Map("held", machine.Frame, Sort.Bool) : nothing;
        dropping = holds ? m.Map("dropping", machine.Frame, Sort.Bool) : nothing;
        server.Threads = m.Thread("zt", machine.Cpu, repeats: true, (t, c) => Program(m, t, c));
        if (holds)
        {
            m.Publish(new HeldReferences(held, dropping, m.Thread("zuf", repeats: true, DropReferences)));
        }

        server.AddAnswers(m);
    }

    private void Program(ModelBuilder m, ThreadBuilder t, Expr c)
    {
        var locals = server.Begin(t, c);
        var old = t.Local("old", machine.Frame);
        server.AddPutPage(m, f => IsReferenced(m, f, ((Expr.Index)old).Map));

        t.Label("waiting");
        List<Action> ways =
        [
            () => InsertPfn(m, t, c, locals, old),
            () => Close(t, c, locals, old),
        ];
        if (server.CanMigrate)
        {
            ways.Add(() => server.Migrate(t, c, "waiting"));
        }

        t.Either([.. ways]);

        t.Label("serving");
        ways =
        [
            () => t.Step("operation done", s => s.When(server.CanRun(c)).Shows(locals.At)),
            () => Close(t, c, locals, old),
        ];
        if (server.CanMigrate)
        {
            ways.Add(() => server.Migrate(t, c, "serving"));
        }

        t.Either([.. ways]);
    }

    // In the patch a valid PTE remains, but not a reference: with that fault the buffer lives as long as its operation.
    // Without the fault an operation ends only after its PTE was overwritten or cleared, and flushed.
    private Expr IsReferenced(ModelBuilder m, Expr f, Expr old)
    {
        var isInUse = m.Has(LocalCpuFlag.PteLeft)
            ? server.InFlight(f)
            : server.InFlight(f) | pages.Names(f) | Exists(machine.Cpu, z => old[z] == f);
        return isInUse | held[f];
    }

    private void InsertPfn(ModelBuilder m, ThreadBuilder t, Expr c, Server.Locals locals, Expr old)
    {
        t.Step("insert_pfn", machine.Va, machine.Frame, (s, x, f) =>
        {
            var pte = pages.Entry(c, x);
            s.When(server.CanRun(c) & machine.Allocator.Owner[f] == Owner.AppBuf)
                .When(server.Holder[x].IsNone | server.Holder[x] == c)
                // A thread has one address, so its next operation replaces exactly one buffer.
                .When(ForAll(machine.Va, y => y == x | server.Holder[y] != c))
                .When(!server.Lock & pte.HasValue.Implies(server.CanFlush))
                .Set(pte, machine.Translation.To(f))
                .Set(server.Holder[x], c)
                .Set(locals.At, x).Set(locals.Buffer, f)
                .Set(old, Named(pte))
                .Set(locals.Phase, If(pte.HasValue, Phase.Retiring, Phase.Serving))
                .From(Code.InsertPfn, Mails.Patch);
            if (holds)
            {
                s.Set(held[f], true).Set(dropping[f], false);
            }

            // Both addresses are writable, so break-before-make is required where the architecture has it.
            if (!machine.Architecture.AllowsLiveOverwrite)
            {
                s.SetIf(pte.HasValue & pte.Value[machine.Translation.Frame] != f, machine.Undefined, true);
                s.From(machine.Architecture.Source);
            }
        });
        t.Label("inserted");
        t.If(old.HasValue, () => server.FlushLocally(t, c, locals.At, s => s
            .Set(old, None).Set(locals.Phase, Phase.Serving)));
    }

    // The patch did not change munmap: at close, exit or crash the flush reaches every CPU.
    private void Close(ThreadBuilder t, Expr c, Server.Locals locals, Expr old)
    {
        t.Step("close: zap_pte_range", machine.Va, (s, x) => s
            .When(server.CanRun(c) & server.CanFlush & server.Holder[x] == c & !server.Lock)
            .Set(old, Named(pages.Entry(c, x))).Set(pages.Entry(c, x), None)
            .Set(server.Lock, true).Set(locals.At, x).Set(locals.Phase, Phase.Retiring)
            .From(Code.Zap, Code.Exit));
        server.FlushEverywhere(t, c, locals.At);
        t.Step("tlb_finish_mmu", s => server.FinishFlush(s, c)
            .Set(server.Lock, false).Set(server.Holder[locals.At.Value], None)
            .Shows(locals.At));
        t.Return();
    }

    // zuf's own references: a frame that no PTE names when a full flush starts is released when the flush has ended.
    private void DropReferences(ThreadBuilder t)
    {
        t.Step("flush_tlb_mm", s => server.Flush
            .Send(s.When(!server.Lock & Exists(machine.Frame, CanDrop)), None, _ => true, None)
            .Set(server.Lock, true)
            .Each(machine.Frame, f => s.SetIf(CanDrop(f), dropping[f], true))
            .Shows());
        t.Step("put_page of held buffers", s => server.Flush.Finish(s, None)
            .Set(server.Lock, false)
            .Each(machine.Frame, f => s.If(dropping[f], () => s.Set(held[f], false).Set(dropping[f], false)))
            .Shows());
    }

    private Expr Named(Expr pte) => If(pte.HasValue, Some(pte.Value[machine.Translation.Frame]), None);

    private Expr CanDrop(Expr f) => held[f] & !pages.Names(f);
}

/// <summary>The references that zuf keeps, where it does.</summary>
/// <param name="Held">Whether it has a reference to a frame.</param>
/// <param name="Dropping">Whether it gives that up when the full flush under way is over.</param>
/// <param name="Zuf">The thread that does.</param>
public sealed record HeldReferences(Expr Held, Expr Dropping, ModelThread Zuf);
