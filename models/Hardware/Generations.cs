using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>Shows that one bit suffices: a counter of generations and the bit agree for every translation.</summary>
/// <remarks>
/// The parts are those that the mechanisms use, with a counter added. No step flushes, so that PTEs and TLB entries
/// become stale in every possible way.
/// </remarks>
public sealed class Generations() : ModelFamily("generations",
    "Frames that are mapped, cached and freed without any flush, with a generation counter beside the stale bit",
    new("cpu", 2, 1, 4, "processors"),
    new("va", 1, 1, 4, "addresses"),
    new("frame", 2, 1, 4, "physical frames"),
    new("gens", 2, 1, 7, "frees of each frame that are counted; the environment stops then"))
{
    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var va = m.ScalarSet("va", m.Size("va"));
        var frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var allocator = new FrameAllocator(m, frame, Owner.AppBuf, m.Size("gens"));
        var translation = new Translation(m, frame, hasPermissions: false, allocator.Generation);
        var pages = new PageTable(m, cpu, va, translation);
        var tlb = new Tlb(m, cpu, va, translation);
        allocator.Register(pages);
        allocator.Register(tlb);

        m.Rule("map", va, frame, (s, x, f) => s
            .When(allocator.Owner[f] == Owner.AppBuf).Set(pages.Shared(x), translation.To(f)));
        m.Rule("unmap", va, (s, x) => s
            .When(pages.Shared(x).HasValue).Set(pages.Shared(x), None));
        m.Rule("speculative walk", cpu, va, (s, c, x) => s
            .When(pages.Shared(x).HasValue).Set(tlb[c, x], pages.Shared(x)));
        m.Rule("invalidate", cpu, va, (s, c, x) => tlb.Drop(s.When(tlb[c, x].HasValue), c, x));
        m.Rule("free", frame, (s, f) => allocator.Free(s.When(allocator.Owner[f] == Owner.AppBuf), f));
        m.Rule("allocate", frame, (s, f) => s
            .When(allocator.Owner[f] == Owner.Free).Set(allocator.Owner[f], Owner.AppBuf));

        Expr Agrees(Expr entry) => entry.HasValue.Implies(
            entry.Value[translation.Stale]
                == (entry.Value[translation.Generation!] != allocator.Generation![entry.Value[translation.Frame]]));
        m.Always("AGREE",
            ForAll(va, x => Agrees(pages.Shared(x))) & ForAll(cpu, va, (c, x) => Agrees(tlb[c, x])),
            "a translation has the stale bit if and only if its frame has been freed since it was made");
        m.Reachable("a stale PTE", pages.HasStale);
        m.Reachable("a stale entry beside a fresh PTE to the same frame", Exists(cpu, va, (c, x) =>
            translation.IsStale(tlb[c, x]) & pages.Shared(x).HasValue & !translation.IsStale(pages.Shared(x))
            & pages.Shared(x).Value[translation.Frame] == tlb[c, x].Value[translation.Frame]));
    }
}
