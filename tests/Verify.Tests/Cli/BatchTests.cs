using System.Collections.Concurrent;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

public sealed class BatchTests
{
    private static readonly Terminal Nowhere = Terminal.Plain(TextWriter.Null, TextWriter.Null);

    [Fact]
    public void A_claim_that_is_not_small_is_decided_again_without_the_limit()
    {
        var engine = new Recorder(budget => budget.States is null);
        var rows = new Batch(engine, EngineOptions.Default).Decide(Nowhere, [TestClaims.Full, TestClaims.Witness], _ => { });
        Assert.Equal(4, engine.Budgets.Count);
        Assert.All(rows, row => Assert.IsType<Verdict.Proved>(row.Report!.Main!.Verdict));
    }

    [Fact]
    public void A_small_budget_of_the_user_is_the_limit_itself()
    {
        var engine = new Recorder(_ => false);
        new Batch(engine, new EngineOptions(new Budget(States: 10))).Decide(Nowhere, [TestClaims.Full], _ => { });
        Assert.Equal(10, Assert.Single(engine.Budgets).States);
    }

    [Fact]
    public void Rows_are_reported_in_order_whichever_is_done_first()
    {
        var claims = Enumerable.Range(0, 40)
            .Select(i => TestClaims.Full with { Id = $"C{i}", Property = i % 3 == 0 ? "two cached" : "I-ENTRY" })
            .ToList();
        var engine = new Recorder(budget => budget.States is null || budget.States > 1);
        var told = new List<string>();
        var rows = new Batch(engine, EngineOptions.Default with { Threads = 4 }).Decide(Nowhere, claims, row => told.Add(row.Claim.Id));
        Assert.Equal(claims.Select(claim => claim.Id), told);
        Assert.Equal(told, rows.Select(row => row.Claim.Id));
    }

    [Fact]
    public void One_question_is_decided_once()
    {
        var engine = new Recorder(_ => true);
        var rows = new Batch(new CachingEngine(engine), EngineOptions.Default with { Threads = 1 })
            .Decide(Nowhere, [TestClaims.Full, TestClaims.Wrong, TestClaims.Full with { Id = "AGAIN" }], _ => { });
        Assert.Single(engine.Budgets);
        Assert.Equal(3, rows.Count);
    }

    [Fact]
    public void Memory_that_runs_out_is_an_unknown()
    {
        var engine = new CachingEngine(new Recorder(_ => throw new InsufficientMemoryException()));
        var decision = ClaimReport.Decide(TestClaims.Full, TestClaims.Full.Choices, engine, EngineOptions.Default);
        Assert.IsType<Verdict.Unknown>(decision.Main!.Verdict);
        Assert.Equal(ExitCode.Undecided, ExitCode.Of(decision));
    }

    /// <summary>An engine that records its budgets and searches if the budget is large enough.</summary>
    private sealed class Recorder(Func<Budget, bool> isEnough) : IEngine
    {
        public ConcurrentQueue<Budget> Budgets { get; } = new();

        public string Name => "recorder";

        public string Summary => "notes its budgets";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run)
        {
            Budgets.Enqueue(run.Budget);
            return isEnough(run.Budget)
                ? new Bfs().Decide(model, property, run with { Budget = Budget.Unlimited })
                : new Verdict.HoldsUpTo(new ExplorationBound("states", 0, 1), Evidence.Nothing);
        }
    }
}
