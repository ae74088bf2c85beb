using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Replicas;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Replicas;

/// <summary>
/// Why a list of the copies is enough, for any number of nodes and frames: while a copy exists no store can happen, and a write
/// makes the page writable when no PTE and no TLB leads to a copy.
/// </summary>
public sealed class CopiesInvariant : Invariant
{
    private const string BeforeFlush = "flush_tlb_mm_range or copy_highpage";
    private const string InFlush = "flush is complete";
    private const string BeforeFlushOfCopies = "flush_tlb_mm_range or put_page or finish_fault (writable)";
    private const string InFlushOfCopies = "flush is complete'2";
    private const string Flushed = "put_page or finish_fault (writable)";

    private static readonly string[] Protected = [BeforeFlush, InFlush, "copy_highpage", "finish_fault (new copy)"];
    private static readonly string[] Spawning = ["folio_mkclean", .. Protected];
    private static readonly string[] Walked = [BeforeFlushOfCopies, InFlushOfCopies, Flushed];
    private static readonly string[] Collapsing = ["walk", .. Walked];

    public override ImmutableArray<string> Claims => ["NR-LIST:I-COH", "NR-LIST:I-ENTRY", "NR-LIST:I-CAUSAL"];

    protected override void Describe(InvariantBuilder i)
    {
        var page = i.Published<ReplicatedPage>();
        var (cpu, frame) = (page.Cpu, page.Frame);
        var (toFlush, pending, made) = (i["process.to_flush"], i["pending"], i["process.made"]);
        var (gathered, visited) = (i["process.gathered"], i["process.visited"]);
        var (target, writable, stale) = (i.Field("frame"), i.Field("writable"), i.Field("stale"));
        Expr At(Expr c, params string[] points) => Is(i["process.pc"][c], points);
        Expr Names(Expr entry, Expr f) => entry.HasValue & entry.Value[target] == f;
        Expr IsWritable(Expr entry) => entry.HasValue & entry.Value[writable];
        void Add(string name, Func<Expr, Expr> holds) => i.Add(name, ForAll(cpu, holds));
        void Two(string name, Func<Expr, Expr, Expr> holds) => i.Add(name, ForAll(cpu, cpu, holds));
        void Of(string name, Func<Expr, Expr, Expr> holds) => i.Add(name, ForAll(cpu, frame, holds));
        void TwoOf(string name, Func<Expr, Expr, Expr, Expr> holds) => i.Add(name, ForAll(cpu, cpu, frame, holds));

        i.Add("nothing is old", ForAll(frame, f => !i["old"][f]));
        Add("no entry is stale", c => !(page.Cached(c).HasValue & page.Cached(c).Value[stale])
            & !(page.Pte(c).HasValue & page.Pte(c).Value[stale]));

        // Who holds the lock and the flag.
        Add("a fault that makes a copy holds the lock", c => page.IsFaulting[c] == At(c, Spawning));
        Two("one fault holds it", (c, d) => c == d | !page.IsFaulting[c] | !page.IsFaulting[d]);
        Add("a write has set the flag", c => At(c, Collapsing).Implies(page.IsCollapsing));
        Two("one write has", (c, d) => (At(c, Collapsing) & At(d, Collapsing)).Implies(c == d));
        Add("the flag keeps faults out", c => !(page.IsCollapsing & page.IsFaulting[c]));
        Add("there is a page to copy or to write", c => At(c, [.. Spawning, .. Collapsing]).Implies(page.Original.HasValue));

        Add("a fault that makes a copy has found none", c => At(c, Spawning).Implies(page.Pte(c).IsNone & page.Copy[c].IsNone));

        // What a CPU remembers.
        Add("a copy was made", c => made[c].HasValue == At(c, "finish_fault (new copy)"));
        Of("a write gathers copies", (c, f) => gathered[c][f].Implies(At(c, Collapsing)));
        Two("a write visits nodes", (c, d) => visited[c][d].Implies(At(c, Collapsing)));
        Two("what is to be flushed", (c, d) => toFlush[c][d].Implies(At(c, BeforeFlush, "walk", BeforeFlushOfCopies)));
        Two("what is being flushed", (c, d) => pending[c][d].Implies(c != d & At(c, InFlush, InFlushOfCopies)));

        // The use of each frame.
        i.Add("the page has a frame", ForAll(frame, f => (page.Original == f).Implies(page.OwnerOf(f) == Owner.PageCache)));
        Of("a copy has a frame", (c, f) => (page.Copy[c] == f | made[c] == f)
            .Implies(page.OwnerOf(f) == Owner.PageCache & page.Original != f));
        TwoOf("of its own", (c, d, f) => ((page.Copy[c] == f & page.Copy[d] == f).Implies(c == d))
            & !(page.Copy[c] == f & made[d] == f));
        i.Add("other frames are free", ForAll(frame, f => page.OwnerOf(f) == Owner.Free | page.Original == f
            | Exists(cpu, c => page.Copy[c] == f | made[c] == f)));

        Of("a PTE leads to the page or to a copy", (c, f) => Names(page.Pte(c), f)
            .Implies(page.Original == f | Exists(cpu, d => page.Copy[d] == f)));

        // Only the page is writable, and only without a copy.
        Of("what is writable is the page", (c, f) =>
            ((IsWritable(page.Pte(c)) & Names(page.Pte(c), f)) | (IsWritable(page.Cached(c)) & Names(page.Cached(c), f)))
                .Implies(page.Original == f));
        Two("no PTE is writable beside a copy", (c, d) =>
            (page.Copy[d].HasValue | At(d, Protected)).Implies(!IsWritable(page.Pte(c))));
        Two("no TLB is writable beside a copy", (c, d) =>
            (page.Copy[d].HasValue | At(d, Protected[2..])).Implies(!IsWritable(page.Cached(c))));
        Two("a TLB that is writable will be flushed", (c, d) => IsWritable(page.Cached(c)).Implies(
            (At(d, BeforeFlush).Implies(toFlush[d][c])) & (At(d, InFlush).Implies(pending[d][c]))));
        Add("else its PTE is", c => (IsWritable(page.Cached(c)) & !IsWritable(page.Pte(c)))
            .Implies(Exists(cpu, d => At(d, BeforeFlush, InFlush))));

        // What a write has gathered is mapped nowhere, and flushed.
        Two("all copies are visited after the walk", (c, d) => At(c, Walked).Implies(visited[c][d] | page.Copy[d].IsNone));
        TwoOf("what is visited is gathered", (c, d, f) => (visited[c][d] & page.Copy[d] == f).Implies(gathered[c][f]));
        Of("what is gathered is a copy", (c, f) => gathered[c][f].Implies(page.Original != f));
        TwoOf("no PTE leads to it", (c, d, f) => gathered[c][f].Implies(!Names(page.Pte(d), f)));
        TwoOf("a TLB that leads to it will be flushed", (c, d, f) => (gathered[c][f] & Names(page.Cached(d), f)).Implies(
            (At(c, "walk", BeforeFlushOfCopies) & toFlush[c][d]) | (At(c, InFlushOfCopies) & pending[c][d])));
        Of("other entries are those of PTEs", (c, f) => Names(page.Cached(c), f)
            .Implies(Names(page.Pte(c), f) | Exists(cpu, d => gathered[d][f])));
    }
}
