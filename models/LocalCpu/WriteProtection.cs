using Verify.Modelling;

namespace Verify.Models.LocalCpu;

/// <summary>mprotect(PROT_READ) of a mapped buffer, with a flush of one CPU or of all.</summary>
internal sealed class WriteProtection(Machine machine)
{
    /// <summary>Adds a branch of an <c>Either</c> that write-protects the buffer and continues at a label.</summary>
    public void Add(ModelBuilder m, ThreadBuilder t, Expr c, Server.Locals locals, string label)
    {
        var server = machine.Server;
        var isLocal = m.Has(LocalCpuFlag.LocalMprotect);
        var entry = machine.PageTable.Entry(c, locals.At.Value);
        var writable = machine.Translation.Writable;
        t.Step("ptep_set_wrprotect", s => s
            .When(server.CanRun(c) & server.CanFlush & !server.Lock & entry.Value[writable])
            .Set(entry.Value[writable], false)
            .Set(server.Lock, true).Set(locals.Phase, Phase.Retiring)
            .Shows(locals.At).From(Code.Mprotect));
        if (isLocal)
        {
            server.FlushLocally(t, c, locals.At, s => { });
        }
        else
        {
            server.FlushEverywhere(t, c, locals.At);
        }

        // From here on the caller relies on the content: every entry that still allows a store is stale.
        t.Step("mprotect returns", s =>
        {
            machine.Tlb.OutdateWritable(s, locals.At.Value);
            if (!isLocal)
            {
                server.FinishFlush(s, c);
            }

            s.Set(server.Lock, false).Set(locals.Phase, Phase.Serving).Shows(locals.At).From(Code.Mprotect);
        });
        t.Goto(label);
    }
}
