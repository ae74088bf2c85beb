using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;
using Verify.Tests.Parametric;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Solvers;

/// <summary>Solvers that answer wrongly: no engine proves anything false with them.</summary>
public sealed class UnsoundSolverTests
{
    // Always unsat; always sat; additional answers before, after and in place of others; correct only where the answer
    // is known.
    public static TheoryData<string> Liars { get; } =
    [
        Answering("echo unsat"),
        Answering("echo sat"),
        "echo unsat; " + Answering("echo sat"),
        Answering("echo unsat; echo unsat"),
        Answering("[ -e $HERE/later ] && echo unsat; : >$HERE/later; echo sat"),
        "n=0; " + Answering("n=$((n+1)); if [ $((n % 2)) = 1 ]; then echo sat; else echo unsat; fi"),
        KnowingControls,
    ];

    // Answers control queries about a run of the interpreter correctly, and everything else with "unsat".
    private const string KnowingControls =
        """
        while read line; do case $line in
          *check-sat-assuming*control*bad*) echo unsat;;
          *check-sat-assuming*control*) echo sat;;
          *check-sat*) echo unsat;;
          *get-unsat-assumptions*) echo '()';;
          *echo*) mark "$line";;
        esac; done
        """;

    [Theory]
    [MemberData(nameof(Liars))]
    public void Nothing_false_is_proved_of_an_instance(string script)
    {
        using var fake = new FakeSolver(script);
        var model = Counter(most: 5);
        foreach (var engine in EngineTroubleTests.Engines(fake.Program))
        {
            foreach (var property in model.Properties.Where(property => property.Name.StartsWith("false", StringComparison.Ordinal)))
            {
                var found = engine.Decide(model, property, new EngineOptions(new Budget(Seconds: 20, Depth: 6)));
                Assert.True(found is Verdict.Unknown, $"{engine.Name}: {property.Name} is {found.Word}");
            }
        }
    }

    // The solver answers control queries correctly, but contradicts the states that the interpreter reaches.
    [Fact]
    public void One_that_knows_what_is_known_is_caught_in_a_reachable_state()
    {
        using var fake = new FakeSolver(KnowingControls);
        var model = Counter(most: 5);
        foreach (var engine in (SymbolicEngine[])[new BmcEngine(fake.Program), new KInductionEngine(fake.Program)])
        {
            var found = engine.Decide(model, model.Property("false: few"), new EngineOptions(new Budget(Seconds: 20, Depth: 6)));
            Assert.Contains("is unreliable", Assert.IsType<Verdict.Unknown>(found).Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Liars))]
    public void Nothing_is_proved_for_every_size(string script)
    {
        using var fake = new FakeSolver(script);
        var proof = AnySizeProof.Create(Claims.ClaimOf(new Turns()), new Nothing());
        var answer = SolverCheck.Run(proof.Text, fake.Program, 1, TestContext.Current.CancellationToken);
        // The solver cannot know which queries of such a proof are controls; the interpreter checks the proof first.
        Assert.True(script == KnowingControls || !answer.IsProved);
        var (model, conjuncts, property) = proof.On(Choices.Default);
        Assert.Contains("does not hold 1 steps from the start",
            ConjunctWalk.WhyNot(model, conjuncts, property, ConjunctWalk.Brief), StringComparison.Ordinal);
    }

    // The assumptions about a step are contradictory, so that everything follows and nothing is proved.
    [Theory]
    [InlineData(SolverKind.Z3)]
    [InlineData(SolverKind.Cvc5)]
    public void A_proof_from_what_cannot_be_is_none(SolverKind kind)
    {
        const string Proof = """
            (set-logic ALL)
            (declare-fun x () Int)
            (assert (< x 0))
            (push 1)
            (assert (< 0 x))
            ; stays: nothing
            (push 1)
            (assert (not (= x 5)))
            (check-sat)
            (pop 1)
            (pop 1)

            """;
        var answer = SolverCheck.Run(Proof, StoredProofs.Solver(kind), 1, TestContext.Current.CancellationToken);
        Assert.False(answer.IsProved);
        Assert.Contains("finds a contradiction", answer.Answers[0].Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void The_solvers_of_a_proof_are_reported()
    {
        var choice = new SolverChoice([RealSolver.OrSkip("z3"), RealSolver.OrSkip("cvc5")]);
        var model = Counter(most: 5);
        foreach (var engine in (SymbolicEngine[])[new KInductionEngine(choice), new PdrEngine(choice), new SpacerEngine(choice)])
        {
            var found = engine.Decide(model, model.Property("true: all"), new EngineOptions(new Budget(Seconds: 60)));
            Assert.IsType<Verdict.Proved>(found);
            Assert.Contains($"checked by {choice.All[0].Identity} and {choice.All[1].Identity}; the interpreter visited all 6 states",
                found.Evidence.Identity, StringComparison.Ordinal);
        }
    }

    // Our evaluator of invariants and a solver agree on every operation of invariants, for all values.
    [Theory]
    [InlineData("bvnand")]
    [InlineData("bvnor")]
    [InlineData("bvxnor")]
    [InlineData("bvand")]
    [InlineData("bvor")]
    [InlineData("bvxor")]
    [InlineData("bvadd")]
    [InlineData("bvsub")]
    [InlineData("bvmul")]
    [InlineData("bvudiv")]
    [InlineData("bvurem")]
    [InlineData("bvshl")]
    [InlineData("bvlshr")]
    [InlineData("bvashr")]
    [InlineData("(_ extract 2 1)")]
    [InlineData("(_ zero_extend 2)")]
    [InlineData("(_ sign_extend 2)")]
    [InlineData("concat")]
    [InlineData("bvnot")]
    [InlineData("bvneg")]
    [InlineData("bvcomp")]
    [InlineData("bvslt")]
    [InlineData("bvsge")]
    [InlineData("bvule")]
    [InlineData("bvugt")]
    [InlineData("distinct")]
    public void An_invariant_means_to_us_what_it_means_to_a_solver(string operation)
    {
        using var solver = RealSolver.OrSkip("z3").Start(1, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
        var isUnary = operation[0] == '(' || operation is "bvnot" or "bvneg";
        var isTruth = operation is "bvslt" or "bvsge" or "bvule" or "bvugt" or "distinct";
        var term = isUnary ? $"({operation} x0)" : $"({operation} x0 x1)";
        solver.Send("(set-logic QF_BV)");
        foreach (var (a, b) in from a in Enumerable.Range(0, 8) from b in Enumerable.Range(0, 8) select (a, b))
        {
            var (x, y) = ($"#b{Convert.ToString(a, 2).PadLeft(3, '0')}", $"#b{Convert.ToString(b, 2).PadLeft(3, '0')}");
            var known = term.Replace("x0", x, StringComparison.Ordinal).Replace("x1", y, StringComparison.Ordinal);
            var value = solver.Ask($"(simplify {known})").ToString();
            string[] right = [$"(let ((t1 {term})) (= t1 {value}))", $"(not (distinct {value} {term}))"];
            string[] wrong = [$"(not (= {value} {term}))", isTruth ? $"(xor {term} {value})" : $"(distinct {value} {term})"];
            foreach (var body in right.Concat(wrong))
            {
                var text = $"(define-fun inv ((x0 (_ BitVec 3)) (x1 (_ BitVec 3))) Bool {body})";
                Assert.Equal((right.Contains(body), text), (InvariantEvaluator.TryParse(text)!.Holds([a, b]), text));
            }
        }
    }

    private static string Answering(string reply) =>
        FakeSolver.Answering(reply).Replace("*echo*)", "*get-*) echo '()';; *echo*)", StringComparison.Ordinal);

    private static Model Counter(int most)
    {
        var m = new ModelBuilder("counter");
        var at = m.Var("at", Sort.Range(0, 7));
        m.Rule("go", s => s.When(at < most).Set(at, at + 1));
        m.Rule("back", s => s.When(at == most).Set(at, 0));
        m.Always("false: few", at < 3);
        m.Always("false: none", at == 0);
        m.NoDeadlock("true: goes on");
        m.Always("true: all", at <= most);
        return m.Build();
    }

    private static class Claims
    {
        public static Claim ClaimOf(ModelFamily family) => new()
        {
            Id = "UNSOUND",
            Sentence = "All is good.",
            Family = family,
            Choices = Choices.Default,
            Property = "good",
            Expected = new Expectation.Proved(),
            Sources = [],
        };
    }

    private sealed class Turns : ModelFamily
    {
        public override string Name => "unsound";

        public override string Summary => "a model that is not good";

        public override ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 4, "processors")];

        protected override void Describe(ModelBuilder m)
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var bad = m.Map("bad", cpu, Sort.Bool);
            m.Rule("go", cpu, (s, c) => s.Set(bad[c], true));
            m.Always("good", ForAll(cpu, c => !bad[c]));
        }
    }

    private sealed class Nothing : Invariant
    {
        public override ImmutableArray<string> Claims => ["UNSOUND"];

        protected override void Describe(InvariantBuilder i) => i.Add("good", ForAll(i.Sort("cpu"), c => !i["bad"][c]));
    }
}
