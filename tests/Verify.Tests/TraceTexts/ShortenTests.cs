using Verify.Explicit.Counterexamples;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.TraceTexts;

public sealed class ShortenTests
{
    [Theory]
    [InlineData("I-ENTRY")]
    [InlineData("two cached")]
    public void A_shortened_walk_still_decides_and_nothing_more_can_be_dropped(string property)
    {
        var model = Shootdown.Of(3, isLocal: true);
        var (asked, shortest, decided) = (model.Property(property), Bfs.Refute(model, property).Length, 0);
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var walk = RandomWalk.Of(model, seed, 60, (i, t) => Replay.Decides(i, asked, t));
            var interpreter = new Interpreter(model);
            var shortened = Shorten.Apply(interpreter, asked, walk);
            if (!Replay.Decides(interpreter, asked, walk))
            {
                Assert.Same(walk, shortened);
                continue;
            }

            decided++;
            Assert.Null(Replay.WhyNot(interpreter, shortened));
            Assert.True(Replay.Decides(interpreter, asked, shortened));
            Assert.InRange(shortened.Length, shortest, walk.Length);
            Assert.Same(shortened, Shorten.Apply(interpreter, asked, shortened));
        }

        Assert.True(decided > 5, $"only {decided} walks decide '{property}'");
    }

    [Fact]
    public void Detours_disappear()
    {
        var model = TraceModels.Device();
        var interpreter = new Interpreter(model);
        var asked = model.Property("I-DMA");
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var walk = RandomWalk.Of(model, seed, 80, (i, t) => Replay.Decides(i, asked, t));
            Assert.Equal(3, Shorten.Apply(interpreter, asked, walk).Length);
        }
    }

    [Fact]
    public void A_lasso_comes_back_as_it_is()
    {
        var model = TraceModels.Starving();
        var walk = RandomWalk.Of(model, 1, 2);
        var lasso = walk with { LoopStart = 0 };
        Assert.Same(lasso, Shorten.Apply(new Interpreter(model), model.Property("L-PROG"), lasso));
    }
}
