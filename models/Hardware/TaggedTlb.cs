using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>A TLB whose entries carry the tag of an address space, or are global and match any tag.</summary>
public sealed class TaggedTlb : IHolder
{
    private readonly Sort cpu;
    private readonly Sort mm;
    private readonly Sort va;
    private readonly Field page;
    private readonly Field madeFrom;
    private readonly Field stale = new("stale", Sort.Bool, IsGhost: true);
    private readonly Sort entry;
    private readonly Expr tagged;
    private readonly Expr global;

    /// <summary>Declares the entries, all empty.</summary>
    public TaggedTlb(ModelBuilder m, Sort cpu, Sort mm, Sort va, Sort frame)
    {
        (this.cpu, this.mm, this.va) = (cpu, mm, va);
        page = new Field("frame", frame);
        madeFrom = new Field("made_from", mm, IsGhost: true);
        entry = m.Record("entry", page, madeFrom, stale);
        tagged = m.Map("tlb", cpu, Sort.Map(mm, Sort.Map(va, Sort.Option(entry))));
        global = m.Map("global_tlb", cpu, va, Sort.Option(entry));
        m.Mark("stale", cpu, va, (c, x) => (global[c, x], IsStale(global[c, x])));
    }

    /// <summary>The entry that carries a tag.</summary>
    public Expr Tagged(Expr c, Expr tag, Expr x) => tagged[c, tag, x];

    /// <summary>The entry that matches any tag.</summary>
    public Expr Global(Expr c, Expr x) => global[c, x];

    /// <summary>Extends a step: a walk has found a frame.</summary>
    public StepBuilder Fill(StepBuilder s, Expr c, Expr tag, Expr x, Expr found, bool isGlobal) =>
        s.Set(isGlobal ? global[c, x] : tagged[c, tag, x], New(entry, found, tag, false));

    /// <summary>Extends a step: entries with a tag are flushed; global entries stay.</summary>
    public StepBuilder FlushTag(StepBuilder s, Expr c, Expr tag) =>
        s.Each(va, x => s.Set(tagged[c, tag, x], None));

    /// <summary>True if an entry was made from the page table of another address space.</summary>
    public Expr IsForeign(Expr option, Expr tag) => option.HasValue & option.Value[madeFrom] != tag;

    /// <summary>True if an entry is stale.</summary>
    public Expr IsStale(Expr option) => option.HasValue & option.Value[stale];

    public void Outdate(StepBuilder s, Expr frame)
    {
        void Of(Expr option) => s.SetIf(option.HasValue & option.Value[page] == frame, option.Value[stale], true);
        s.Each(cpu, c => s.Each(va, x => Of(global[c, x])));
        s.Each(cpu, c => s.Each(mm, a => s.Each(va, x => Of(tagged[c, a, x]))));
    }
}
