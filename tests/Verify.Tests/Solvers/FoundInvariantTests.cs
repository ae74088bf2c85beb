using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;

namespace Verify.Tests.Solvers;

/// <summary>An invariant that a solver tells by functions of its own is read as one predicate, or not at all.</summary>
public sealed class FoundInvariantTests
{
    private const string Parameters = "((x!0 Bool) (x!1 (_ BitVec 2)))";

    // In all four states of two bits and both truth values it is what is said by hand.
    [Theory]
    [InlineData("(not x!0)", "(not x!0)")]
    [InlineData("(k!0 x!0 x!1)", "(and x!0 (= x!1 #b01))", "(k!0 ((x!0 Bool) (x!1 (_ BitVec 2))) Bool (and x!0 (= x!1 #b01)))")]
    [InlineData("(k!1 x!1 x!0)", "(or x!0 (= x!1 #b10))",
        "(k!1 ((x!0 (_ BitVec 2)) (x!1 Bool)) Bool (or (k!2 x!1) (= x!0 k!3)))", "(k!2 ((x!0 Bool)) Bool x!0)",
        "(k!3 () (_ BitVec 2) #b10)")]
    [InlineData("(let ((k!2 (not x!0))) (and k!2 (k!0 k!2)))", "(not x!0)", "(k!2 () Bool false)", "(k!0 ((k!2 Bool)) Bool k!2)")]
    public void Each_function_stands_for_its_body(string body, string byHand, params string[] helpers)
    {
        var read = InvariantEvaluator.Of(FoundInvariant.In(Model(body, helpers), "somebody"))!;
        var wanted = InvariantEvaluator.Of($"(define-fun inv {Parameters} Bool {byHand})")!;
        for (var x = 0; x < 8; x++)
        {
            Assert.Equal(wanted.Holds([x & 1, x >> 1]), read.Holds([x & 1, x >> 1]));
        }
    }

    [Theory]
    [InlineData("(k!0 x!0)", "is defined by itself", "(k!0 ((x!0 Bool)) Bool (k!1 x!0))", "(k!1 ((x!0 Bool)) Bool (k!0 x!0))")]
    [InlineData("(k!0 x!0 x!1)", "is not applied to what it takes", "(k!0 ((x!0 Bool)) Bool x!0)")]
    [InlineData("(k!0 x!0)", "'forall' is not known", "(k!0 ((x!0 Bool)) Bool (forall ((x!1 Bool)) x!1))")]
    [InlineData("(strange x!0)", "'strange' is not known")]
    public void What_is_not_understood_is_no_invariant(string body, string reason, params string[] helpers)
    {
        var error = Assert.Throws<SolverException>(() => FoundInvariant.In(Model(body, helpers), "somebody"));
        Assert.Equal(SolverFailure.Garbage, error.Trouble);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    // Each of forty says the one before it twice: written out it has 2^40 parts.
    [Fact]
    public void What_would_take_too_much_room_is_no_invariant()
    {
        string[] helpers = [.. Enumerable.Range(1, 40).Select(i => $"(k!{i} ((x!0 Bool)) Bool (and (k!{i - 1} x!0) (k!{i - 1} x!0)))")];
        var error = Assert.Throws<SolverException>(() =>
            FoundInvariant.In(Model("(k!40 x!0)", ["(k!0 ((x!0 Bool)) Bool x!0)", .. helpers]), "somebody"));
        Assert.Contains("too long", error.Message, StringComparison.Ordinal);
    }

    // The solver is a true one, but for the words in which it tells what it found.
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

    /// <summary>Says an invariant by a function <c>k!0</c> of its own, which it defines by that name or by another.</summary>
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
