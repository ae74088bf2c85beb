using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>The thread that patches an instruction in every copy of the text.</summary>
/// <param name="m">The model.</param>
/// <param name="cpu">The nodes.</param>
/// <param name="first">The first byte in each copy.</param>
/// <param name="rest">The other bytes in each copy.</param>
/// <param name="syncs">True while a CPU is asked to synchronise.</param>
internal sealed class TextPatch(ModelBuilder m, Sort cpu, Expr first, Expr rest, Expr syncs)
{
    private readonly bool isWord = m.Is(ReplicatedText.Arm64);
    private Expr only = None;
    private Expr written = None;

    public ModelThread Describe() => m.Thread("patch", repeats: false, t =>
    {
        only = t.Local("node", cpu);
        written = t.Local("written", Sort.Set(cpu), Fill(Sort.Set(cpu), false));
        var isOne = m.Has(ReplicatedText.OneNode);
        if (isWord)
        {
            Write(t, "aarch64_insn_write", isOne, (s, d) => s.Set(first[d], FirstByte.New).Set(rest[d], Rest.New));
            Synchronise(t, "synchronise all CPUs (caller)");
            return;
        }

        Write(t, "text_poke (int3)", isOne || m.Has(ReplicatedText.TrapOneNode), (s, d) => s.Set(first[d], FirstByte.Breakpoint));
        Synchronise(t, "smp_text_poke_sync_each_cpu");
        Write(t, "text_poke (rest)", isOne, (s, d) => s.Set(rest[d], Rest.New));
        Synchronise(t, "smp_text_poke_sync_each_cpu (rest)");
        Write(t, "text_poke (first byte)", isOne, (s, d) => s.Set(first[d], FirstByte.New));
        Synchronise(t, "smp_text_poke_sync_each_cpu (first byte)");
    });

    // Writes to each copy in turn, or to the copy of one node, which is the same for all writes.
    private void Write(ThreadBuilder t, string name, bool isOne, Action<StepBuilder, Expr> store)
    {
        if (isOne)
        {
            t.Step(name, cpu, (s, d) =>
            {
                store(s.When(only.IsNone | only == d).Set(only, d), d);
                s.From(isWord ? TextCode.PatchArm64 : TextCode.PokeX86);
            });
            return;
        }

        t.Label(name);
        t.Step(name, cpu, (s, d) =>
        {
            store(s.When(!written[d]).Set(written[d], true), d);
            s.From(isWord ? TextCode.PatchAllArm64 : TextCode.PokeAllX86);
        });
        t.While(Exists(cpu, d => !written[d]), () => t.Goto(name));
    }

    private void Synchronise(ThreadBuilder t, string name)
    {
        if (m.Has(ReplicatedText.NoSync))
        {
            t.Step("next write", s => s.Each(cpu, d => s.Set(written[d], false)));
            return;
        }

        t.Step(name, s =>
        {
            s.Each(cpu, d => s.Set(syncs[d], true).Set(written[d], false));
            if (!isWord)
            {
                s.From(TextCode.Sync);
            }
        });
        t.Wait("all CPUs have synchronised", ForAll(cpu, d => !syncs[d]));
    }
}
