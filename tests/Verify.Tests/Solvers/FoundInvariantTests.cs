using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;

namespace Verify.Tests.Solvers;

/// <summary>An invariant that a solver prints with helper functions is parsed as one predicate, or rejected.</summary>
public sealed class FoundInvariantTests
{
    private const string Parameters = "((x!0 Bool) (x!1 (_ BitVec 2)))";

    // The parsed invariant equals a hand-written one in all four states of two bits and for both truth values.
    [Theory]
    [InlineData("(not x!0)", "(not x!0)")]
    [InlineData("(k!0 x!0 x!1)", "(and x!0 (= x!1 #b01))", "(k!0 ((x!0 Bool) (x!1 (_ BitVec 2))) Bool (and x!0 (= x!1 #b01)))")]
    [InlineData("(k!1 x!1 x!0)", "(or x!0 (= x!1 #b10))",
        "(k!1 ((x!0 (_ BitVec 2)) (x!1 Bool)) Bool (or (k!2 x!1) (= x!0 k!3)))", "(k!2 ((x!0 Bool)) Bool x!0)",
        "(k!3 () (_ BitVec 2) #b10)")]
    [InlineData("(let ((k!2 (not x!0))) (and k!2 (k!0 k!2)))", "(not x!0)", "(k!2 () Bool false)", "(k!0 ((k!2 Bool)) Bool k!2)")]
    public void Each_function_stands_for_its_body(string body, string byHand, params string[] helpers)
    {
        var read = InvariantEvaluator.TryParse(FoundInvariant.In(Model(body, helpers), "z3"))!;
        var wanted = InvariantEvaluator.TryParse($"(define-fun inv {Parameters} Bool {byHand})")!;
        for (var x = 0; x < 8; x++)
        {
            Assert.Equal(wanted.Holds([x & 1, x >> 1]), read.Holds([x & 1, x >> 1]));
        }
    }

    [Theory]
    [InlineData("(k!0 x!0)", "is recursive", "(k!0 ((x!0 Bool)) Bool (k!1 x!0))", "(k!1 ((x!0 Bool)) Bool (k!0 x!0))")]
    [InlineData("(k!0 x!0 x!1)", "has the wrong number of arguments", "(k!0 ((x!0 Bool)) Bool x!0)")]
    [InlineData("(k!0 x!0)", "'forall' is unknown", "(k!0 ((x!0 Bool)) Bool (forall ((x!1 Bool)) x!1))")]
    [InlineData("(strange x!0)", "'strange' is unknown")]
    public void An_unparseable_text_is_not_an_invariant(string body, string reason, params string[] helpers)
    {
        var error = Assert.Throws<SolverException>(() => FoundInvariant.In(Model(body, helpers), "z3"));
        Assert.Equal(SolverFailure.Garbage, error.Trouble);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    // Each of forty helpers uses the previous one twice, so the expansion has 2^40 parts.
    [Fact]
    public void An_invariant_that_is_too_large_is_rejected()
    {
        string[] helpers = [.. Enumerable.Range(1, 40).Select(i => $"(k!{i} ((x!0 Bool)) Bool (and (k!{i - 1} x!0) (k!{i - 1} x!0)))")];
        var error = Assert.Throws<SolverException>(() =>
            FoundInvariant.In(Model("(k!40 x!0)", ["(k!0 ((x!0 Bool)) Bool x!0)", .. helpers]), "z3"));
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
    }

    // The real solver, except for the form of the invariants that it prints.
    [Theory]
    [InlineData("k!0", "proved")]
    [InlineData("k!1", "unknown")]
    public void A_true_proof_is_one_in_these_words_too(string defined, string verdict)
    {
        var m = new ModelBuilder("counter");
        var x = m.Var("x", Sort.Range(0, 7));
        m.Rule("grow", s => s.When(x < 5).Set(x, x + 1));
        m.Always("low", x < 6);
        m.Reachable("grown", x == 5);
        var model = m.Build();
        var engine = new SpacerEngine(new Roundabout(RealSolver.OrSkip(), defined));
        var found = engine.Decide(model, model.Property("low"), new EngineOptions(new Budget(Seconds: 60)));
        Assert.Equal(verdict, found.Word);
        Assert.Equal(verdict == "proved", found.Evidence.Certificate is not null);
    }

    /// <summary>Prints an invariant through a helper function <c>k!0</c>, defined under that name or another.</summary>
    private sealed class Roundabout(ISolverSource solvers, string defined) : ISolverSource
    {
        public string Name => solvers.Name;

        public SolverKind Kind => solvers.Kind;

        public string Identity => solvers.Identity;

        public string? Unavailable => solvers.Unavailable;

        public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
            new Asked(solvers.Start(seed, limits, cancellation), defined);

        private sealed class Asked(ISolver solver, string defined) : ISolver
        {
            public string Identity => solver.Identity;

            public void Send(string text) => solver.Send(text);

            public SExpr Ask(string command) => command == "(get-model)" ? Told(solver.Ask(command)) : solver.Ask(command);

            public void Restart() => solver.Restart();

            public void Stop() => solver.Stop();

            public void Dispose() => solver.Dispose();

            private SExpr Told(SExpr model)
            {
                var found = model.Items.Single(item => item.Items is [_, { Text: "inv" }, ..]).Items;
                var call = SExpr.List([SExpr.Word("k!0"), .. found[2].Items.Select(parameter => parameter.Items[0])]);
                return SExpr.List(SExpr.List(found.SetItem(1, SExpr.Word(defined))), SExpr.List(found.SetItem(4, call)));
            }
        }
    }

    private static SExpr Model(string body, string[] helpers) => Assert.Single(SExpr.ReadAll(
        $"({string.Join("\n", helpers.Select(helper => $"(define-fun {helper[1..]}"))} (define-fun inv {Parameters} Bool {body}))"));
}
