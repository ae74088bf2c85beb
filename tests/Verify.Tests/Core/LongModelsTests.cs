using Verify.Engines;
using Verify.Explicit;
using Verify.Lowering;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>Models that are long: chains of conjuncts, and steps that write very much.</summary>
public sealed class LongModelsTests
{
    private const int SmallStack = 3 << 19; // bytes, the least that threads have by default

    // A pass over an expression recurses as deep as the expression, and a stack overflow ends the process.
    [Theory]
    [Provokes("VRF122")]
    [InlineData("and")]
    [InlineData("or")]
    [InlineData("sum")]
    [InlineData("guards")]
    [InlineData("otherwise")]
    public void A_chain_of_very_many_is_refused(string how)
    {
        var m = new ModelBuilder("chain");
        var n = m.Var("n", Sort.Range(0, 1));
        var error = Assert.Throws<UserErrorException>(() => Chain(m, n, how, 100_000));
        Assert.Equal(ErrorCodes.TooLarge, error.Diagnostic.Code);
        Assert.EndsWith("LongModelsTests.cs", error.Diagnostic.Where?.File, StringComparison.Ordinal);
        Assert.Contains("1,000 is the most", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("and")]
    [InlineData("or")]
    [InlineData("guards")]
    [InlineData("otherwise")]
    public void A_chain_that_is_as_long_as_it_may_be_is_decided_on_any_stack(string how)
    {
        Verdict? verdict = null;
        var thread = new Thread(() =>
        {
            var m = new ModelBuilder("chain");
            var n = m.Var("n", Sort.Range(0, 1));
            var holds = Chain(m, n, how, Expr.MaxDepth - 3);
            m.Rule("go", s => s.When(holds).Set(n, 0));
            m.Always("holds", holds);
            m.Reachable("start", n == 0);
            var model = m.Build();
            Assert.NotEmpty(ModelPrinter.Of(model));
            verdict = new ExplicitEngine().Decide(model, model.Property("holds"), EngineOptions.Default with { Threads = 1 });
        }, SmallStack);
        thread.Start();
        thread.Join();
        Assert.IsType<Verdict.Proved>(verdict);
    }

    private static Expr Chain(ModelBuilder m, Expr n, string how, int count)
    {
        Expr all = how == "sum" ? 0 : how != "or";
        switch (how)
        {
            case "guards":
                m.Rule("chained", s =>
                {
                    for (var i = 0; i < count; i++)
                    {
                        s.When(n != 2);
                    }

                    s.Set(n, 0);
                });
                return n != 2;
            case "otherwise":
                for (var i = 0; i < count; i++)
                {
                    all = If(n == 2, false, all);
                }

                return all;
            default:
                for (var i = 0; i < count; i++)
                {
                    all = how switch
                    {
                        "and" => all & (n != 2),
                        "or" => all | (n != 2),
                        _ => all + (n - n),
                    };
                }

                return all;
        }
    }

    // Pairs of them would be eight million, each looked at for leaves in common.
    [Fact]
    public void A_step_may_write_thousands_of_places()
    {
        var m = new ModelBuilder("wide");
        var (row, column) = (m.ScalarSet("row", 4000), m.ScalarSet("column", 2));
        var at = m.Map("at", row, column, Sort.Bool);
        m.Rule("clear", column, (s, c) => s.Each(row, r => s.Set(at[r][c], true)));
        m.Always("any", true);
        var model = m.Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var lowered = new LoweredModel(model);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000_000);
        Assert.All(lowered.Rules, rule => Assert.Equal((4000, true), (rule.Writes.Length, rule.AreUpdatesDefined.IsTrue)));
    }

    // Two updates of the same place that cannot be distinguished in advance.
    [Fact]
    public void Two_writes_of_one_place_are_found_among_many()
    {
        var m = new ModelBuilder("twice");
        var row = m.ScalarSet("row", 50);
        var (at, one) = (m.Map("at", row, Sort.Bool), m.Var("one", Sort.Option(row)));
        m.Rule("choose", row, (s, r) => s.Set(one, Some(r)));
        m.Rule("set", row, (s, r) => s.When(one.HasValue).Set(at[one.Value], true).Set(at[r], false));
        m.Always("any", true);
        var model = m.Build();
        Assert.All(new LoweredModel(model).Rules.Where(rule => rule.Rule == 1), rule => Assert.False(rule.AreUpdatesDefined.IsTrue));
        var error = Assert.Throws<Traces.UndefinedException>(
            () => new ExplicitEngine().Decide(model, model.Properties[0], EngineOptions.Default));
        Assert.Equal(ErrorCodes.DoubleWrite, error.Diagnostic.Code);
    }
}
