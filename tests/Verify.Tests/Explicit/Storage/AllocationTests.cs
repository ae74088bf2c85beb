using Verify.Engines;
using Verify.Explicit.Exploration;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Semantics;

namespace Verify.Tests.Explicit.Storage;

public sealed unsafe class AllocationTests
{
    [Theory]
    [InlineData(Reductions.None)]
    [InlineData(Reductions.Symmetry)]
    [InlineData(Reductions.ConeOfInfluence)]
    [InlineData(Reductions.PartialOrder)]
    public void No_transition_allocates(Reductions reductions)
    {
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 2).Size("page", 2).Size("frame", 2));
        var compiled = new CompiledModel(model, model.Properties.First(p => p is Property.Always), reductions);
        using var seen = new SeenSet(compiled.Layout.WordCount, 1 << 16);
        var worker = new Worker(compiled);
        var initial = compiled.Layout.Pack(new Interpreter(model).InitialStates().Single());
        fixed (ulong* state = initial)
        {
            worker.AddInitial(seen, state);
            worker.Expand(seen, state, 1); // triggers the JIT before the measurement
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                worker.Expand(seen, state, 1);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Memory_for_new_states_is_taken_in_blocks()
    {
        var frontier = new Frontier(1);
        var state = StateLayout.Occupied;
        frontier.Add(&state);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < Frontier.BlockStates; i++)
        {
            frontier.Add(&state);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Frontier.BlockStates, frontier.Count);
    }
}
