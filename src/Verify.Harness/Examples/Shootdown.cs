using Verify.Harness.Hardware;

namespace Verify.Harness.Examples;

/// <summary>
/// The TLB shootdown in C#: processors map and unmap pages and send each other interrupts to invalidate. Its steps are
/// those of the model 'tlb-shootdown'.
/// </summary>
/// <param name="cpus">The number of processors.</param>
/// <param name="pages">The number of pages in one address space.</param>
/// <param name="frames">The number of physical frames.</param>
/// <param name="flaw">The error to include.</param>
/// <param name="rounds">The number of pages that each processor maps or unmaps.</param>
public sealed class Shootdown(int cpus, int pages, int frames, Shootdown.Flaw flaw = Shootdown.Flaw.None, int rounds = 3) : SystemUnderTest
{
    /// <summary>The errors that the code can include.</summary>
    public enum Flaw
    {
        /// <summary>No error.</summary>
        None,

        /// <summary>Only the processor that unmaps a page invalidates it, although others may have it cached.</summary>
        LocalOnly,

        /// <summary>A processor acknowledges before it has invalidated.</summary>
        AcknowledgeFirst,
    }

    /// <inheritdoc/>
    public override string Name => flaw == Flaw.None ? "shootdown in C#" : $"shootdown in C# ({flaw})";

    /// <inheritdoc/>
    public override void Setup(TestRun run) => new Machine(this, run, cpus, pages, frames).Begin();

    private sealed class Machine
    {
        private readonly Shootdown code;
        private readonly TestRun run;
        private readonly PageTable table;
        private readonly Spinlock tableLock;
        private readonly Frames frames;
        private readonly Tlb[] tlbs;
        private readonly Interrupts[] interrupts;

        public Machine(Shootdown code, TestRun run, int cpus, int pages, int frames)
        {
            (this.code, this.run) = (code, run);
            (table, tableLock, this.frames) = (new PageTable(run, pages), new Spinlock(run), new Frames(run, frames));
            tlbs = [.. Enumerable.Range(0, cpus).Select(_ => new Tlb(run, table))];
            interrupts = [.. Enumerable.Range(0, cpus).Select(_ => new Interrupts(run))];
        }

        private bool IsLocalOnly => code.Is(Flaw.LocalOnly);

        public void Begin()
        {
            run.Observe("pte", () => table.Entries);
            run.Observe("tlb", () => tlbs.SelectMany(tlb => tlb.Entries));
            run.Observe("own", () => frames.Uses.Select(use => (int?)use));
            for (var i = 0; i < tlbs.Length; i++)
            {
                var cpu = i;
                run.Start($"CPU{cpu}", () => Work(cpu));
                run.Serve($"interrupts of CPU{cpu}", interrupts[cpu].Handle);
                run.Serve($"walker of CPU{cpu}", () => tlbs[cpu].Walk(
                    page => run.Step("fill", cpu, page), page => run.Step("evict", cpu, page)));
            }

            run.Serve("allocator", UseFrames);
        }

        private void Work(int me)
        {
            for (var round = 0; round < code.Rounds; round++)
            {
                var page = run.Choose(table.Entries.Count);
                if (table.Get(page) is null)
                {
                    Map(me, page);
                }
                else
                {
                    Unmap(me, page);
                }
            }
        }

        // do_anonymous_page
        private void Map(int me, int page)
        {
            if (frames.Allocate() is not { } frame)
            {
                return;
            }

            using (tableLock.Hold())
            {
                if (table.Get(page) is null)
                {
                    table.Set(page, frame);
                    frames.Use(frame, FrameUse.User);
                    run.Step("map", me, page, frame);
                    return;
                }
            }

            frames.Release(frame);
        }

        // zap_pte_range, then tlb_finish_mmu
        private void Unmap(int me, int page)
        {
            int frame;
            using (tableLock.Hold())
            {
                if (table.Get(page) is null || table.GetAndClear(page) is not { } cleared)
                {
                    return;
                }

                frame = cleared;
                run.Step("zap", me, page);
            }

            FlushEverywhere(me, page);
            frames.Release(frame);
            run.Step("free", me);
        }

        // flush_tlb_mm_range
        private void FlushEverywhere(int me, int page)
        {
            var acknowledged = new bool[tlbs.Length];
            for (var cpu = 0; cpu < tlbs.Length && !IsLocalOnly; cpu++)
            {
                var other = cpu;
                if (other != me)
                {
                    interrupts[other].Send(() => Flush(me, other, page, acknowledged));
                }
            }

            Flush(me, me, page, acknowledged);
            run.WaitUntil(() => IsLocalOnly || Array.TrueForAll(acknowledged, one => one));
        }

        // flush_tlb_func
        private void Flush(int from, int me, int page, bool[] acknowledged)
        {
            if (code.Is(Flaw.AcknowledgeFirst))
            {
                run.Yield();
                acknowledged[me] = true;
                run.Step("flush", from, me);
                tlbs[me].Invalidate(page);
                return;
            }

            tlbs[me].Invalidate(page);
            acknowledged[me] = true;
            run.Step("flush", from, me);
        }

        // Allocates frames for other purposes and frees them.
        private void UseFrames()
        {
            while (true)
            {
                run.WaitUntil(() => frames.HaveFree);
                if (frames.Allocate() is { } frame)
                {
                    frames.Use(frame, FrameUse.Kernel);
                    run.Step("kalloc", frame);
                    frames.Release(frame);
                    run.Step("kfree", frame);
                }
            }
        }
    }

    private int Rounds => rounds;

    private bool Is(Flaw one) => flaw == one;
}
