using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary>
/// The sizes that a proof covers: sizes at which the family describes a different model are excluded.
/// </summary>
public sealed class GenericSizesTests
{
    // Neither size alone changes the model.
    [Fact]
    public void Combinations_of_sizes_are_checked()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 4, ""), new("page", 2, 1, 4, "")], m =>
        {
            var (cpu, page) = (m.ScalarSet("cpu", m.Size("cpu")), m.ScalarSet("page", m.Size("page")));
            var bad = m.Map("bad", cpu, page, Sort.Bool);
            m.Rule("rest", cpu, page, (s, c, p) => s.Set(bad[c][p], false));
            if (m.Size("cpu") > 2 && m.Size("page") > 2)
            {
                m.Rule("break", cpu, page, (s, c, p) => s.Set(bad[c][p], true));
            }

            m.Always("good", ForAll(cpu, page, (c, p) => !bad[c][p]));
        }));

        Assert.DoesNotContain("cpu, page", proof.Sentence, StringComparison.Ordinal);
    }

    // The property has the same text for every size, but it is not defined everywhere.
    [Fact]
    public void Where_a_property_is_defined_belongs_to_it()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 4, "")], m =>
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var (seen, count) = (m.Map("seen", cpu, Sort.Bool), m.Var("count", Sort.Range(0, 5)));
            var few = new Field("few", Sort.Range(0, 7 - m.Size("cpu")));
            var record = m.Record("fews", few);
            m.Rule("see", cpu, (s, c) => s.When(count < 5).Set(seen[c], true).Set(count, count + 1));
            m.Always("good", New(record, count)[few] >= 0);
        }));

        Assert.DoesNotContain("every number of cpu", proof.Sentence, StringComparison.Ordinal);
    }

    // A proof has an obligation that the witnesses are defined, like the one that the property is.
    [Fact]
    public void Where_a_witness_is_defined_belongs_to_it()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 8, "")], m =>
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var (owner, inside) = (m.Var("owner", Sort.Option(cpu)), m.Map("inside", cpu, Sort.Bool));
            m.Rule("lock", cpu, (s, c) => s.When(owner.IsNone).Set(owner, c).Set(inside[c], true));
            m.Always("good", ForAll(cpu, c => inside[c].Implies(owner == c)));
            if (m.Size("cpu") >= 4)
            {
                m.Reachable("the owner is inside", inside[owner.Value]);
            }
        }));

        Assert.DoesNotContain("every number of cpu", proof.Sentence, StringComparison.Ordinal);
    }

    // The text of the witness contains a number, and the witness is undefined from six on.
    [Fact]
    public void Where_a_witness_is_defined_may_depend_on_a_number()
    {
        var proof = Of(new Family([new("n", 2, 1, 8, "")], m =>
        {
            var last = m.Var("last", Sort.Option(Sort.Range(0, 3)));
            m.Rule("note", Sort.Range(0, 3), (s, i) => s.Set(last, i));
            m.Always("good", last.IsNone | last != Some(4));
            Expr n = m.Size("n");
            m.Reachable("noted", ((n < 6) & last.HasValue) | ((n >= 6) & last.Value <= n));
        }));

        Assert.DoesNotContain("every number of n", proof.Sentence, StringComparison.Ordinal);
    }

    // The initial value is the same number in all formulas, and fits its range for at most three credits.
    [Fact]
    public void A_family_without_initial_states_has_no_proof()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 4, ""), new("credits", 2, 1, 5, "")], m =>
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var (left, done) = (m.Var("left", Sort.Range(0, 3), m.Size("credits")), m.Map("done", cpu, Sort.Bool));
            m.Rule("work", cpu, (s, c) => s.When(left > 0 & !done[c]).Set(done[c], true).Set(left, left - 1));
            m.Always("good", left >= 0);
        }));

        Assert.Equal("for every number of cpu; credits=2 (the family has no model for cpu=2,credits=4)", proof.Sentence);
    }

    // All offered values start in their range, but not all numbers do, and "every number" must include those.
    [Theory]
    [InlineData(9, false)]
    [InlineData(null, true)]
    public void An_initial_number_must_fit_at_every_size(int? most, bool isProved)
    {
        var proof = Of(new Family([new("credits", 2, 1, 5, "")], m =>
        {
            var left = m.Var("left", Sort.Range(0, most ?? m.Size("credits")), m.Size("credits"));
            m.Rule("work", s => s.When(left > 0).Set(left, left - 1));
            m.Always("good", left >= 0);
        }));

        Assert.Equal("for every number of credits", proof.Sentence);
        Assert.Equal(isProved, SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1,
            TestContext.Current.CancellationToken).IsProved);
    }

    // The assigned value fits at all offered sizes, as the constructor has checked.
    [Theory]
    [InlineData(9, false)]
    [InlineData(null, true)]
    public void An_assigned_number_must_fit_at_every_size(int? most, bool isProved)
    {
        var proof = Of(new Family([new("credits", 2, 1, 5, "")], m =>
        {
            var left = m.Var("left", Sort.Range(0, most ?? m.Size("credits")));
            m.Rule("fill", s => s.Set(left, m.Size("credits")));
            m.Always("good", left >= 0);
        }));

        Assert.Equal("for every number of credits", proof.Sentence);
        Assert.Equal(isProved, SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1,
            TestContext.Current.CancellationToken).IsProved);
    }

    // Each statement holds for all offered sizes and fails for some larger number: a negative start, the content of a
    // map, one of two numbers, an equation, a range.
    [Theory]
    [InlineData("below zero")]
    [InlineData("found by a key")]
    [InlineData("one of two")]
    [InlineData("equal to a key's")]
    [InlineData("in a range")]
    [InlineData("in the range of a parameter")]
    public void A_fact_that_fails_for_a_larger_number_is_not_proved_for_every_number(string how)
    {
        var proof = Of(new Family([new("credits", 2, 1, 5, "")], m =>
        {
            var (cpu, credits) = (m.ScalarSet("cpu", 2), m.Size("credits"));
            var (left, owner) = (m.Var("left", Sort.Range(-9, 9), 0), m.Var("owner", Sort.Option(cpu)));
            var filled = Fill(m.Map("credit", cpu, Sort.Range(0, 20)).Sort, credits);
            m.Rule("own", cpu, (s, c) => s.Set(owner, c));
            switch (how)
            {
                case "below zero":
                    m.Var("debt", Sort.Range(-9, 0), -credits);
                    break;
                case "one of two":
                    m.Rule("get", s => s.Set(left, new Expr.Conditional(true, credits, 20, Sort.Range(1, 20))));
                    break;
                case "in a range":
                    m.AnyOf("some", Sort.Range(credits, 9));
                    break;
                case "in the range of a parameter":
                    m.Rule("take", Sort.Range(credits, 9), (s, i) => s.When(i < 0).Set(left, 1));
                    break;
            }

            m.Always("good", how switch
            {
                "found by a key" => owner.HasValue.Implies(filled[owner.Value] <= 9),
                "equal to a key's" => owner.HasValue.Implies(filled[owner.Value] != 9),
                _ => left <= 9,
            });
        }));

        Assert.Equal("for every number of credits", proof.Sentence);
        var answer = SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken);
        var open = answer.Answers.Where(one => one.Answer != Satisfiability.Unsat).ToList();
        Assert.NotEmpty(open);
        Assert.All(open, one => Assert.StartsWith("whatever the number: ", one.Obligation, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("(<= size.n 9)", true)]
    [InlineData("(<= (+ size.n 1) 9)", true)]
    [InlineData("(<= (- size.n 1) 9)", true)]
    [InlineData("(<= (- 9) (- size.n))", true)]
    [InlineData("(<= (- 9) (- (+ size.n 1)))", true)]
    [InlineData("(<= size.n (- (- size.n 9)))", true)]
    [InlineData("(<= 0 size.n)", false)]
    [InlineData("(<= (- 3) (- size.n 1))", false)]
    [InlineData("(<= (- size.n) 0)", false)]
    [InlineData("(<= size.n (+ size.n 1))", false)]
    [InlineData("(<= 0 9)", false)]
    [InlineData("(<= (- (+ size.n 3) (ite b 1 0)) 9)", true)]
    [InlineData("(<= (+ size.n size.n) (+ size.n 5))", true)]
    [InlineData("(<= (ite b size.n 0) 5)", true)]
    public void An_order_that_a_greater_size_may_end_is_shown(string order, bool mayEnd) =>
        Assert.Equal(mayEnd, SizeTemplate.MayEnd(order, "n"));

    // The number is defined through a property of identities, so it comes after their sorts.
    [Fact]
    public void A_number_may_depend_on_identities()
    {
        var proof = Of(new Family([new("n", 2, 1, 5, "")], m =>
        {
            var cpu = m.ScalarSet("cpu", 2);
            var areSeveral = Exists(cpu, a => Exists(cpu, b => a != b));
            var x = m.Var("x", Sort.Range(0, 10), (Expr)(m.Size("n") + 3) - If(areSeveral, 1, 0));
            m.Rule("rest", s => s.Set(x, x));
            m.Always("good", true);
        }));

        var answer = SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken);
        Assert.All(answer.Answers, one => Assert.Null(one.Trouble));
        Assert.Contains(answer.Answers, one => one.Obligation.StartsWith("whatever the number: ", StringComparison.Ordinal)
            && one.Answer != Satisfiability.Unsat);
    }

    // Neither an extreme size nor a single size shows the difference.
    [Fact]
    public void A_rule_in_the_middle_is_seen()
    {
        var proof = Of(new Family([new("cpu", 1, 1, 5, ""), new("page", 1, 1, 5, "")], m =>
        {
            var (cpu, page) = (m.ScalarSet("cpu", m.Size("cpu")), m.ScalarSet("page", m.Size("page")));
            var bad = m.Map("bad", cpu, page, Sort.Bool);
            m.Rule("rest", cpu, page, (s, c, p) => s.Set(bad[c][p], m.Size("cpu") == 3 && m.Size("page") == 4));
            m.Always("good", ForAll(cpu, page, (c, p) => !bad[c][p]));
        }));

        Assert.Equal("for every number of cpu; page=1", proof.Sentence);
    }

    [Fact]
    public void Missing_coverage_is_reported()
    {
        var proof = Of(new Family([new("cpu", 1, 1, 50, ""), new("page", 1, 1, 50, "")], m =>
        {
            var (cpu, page) = (m.ScalarSet("cpu", m.Size("cpu")), m.ScalarSet("page", m.Size("page")));
            var bad = m.Map("bad", cpu, page, Sort.Bool);
            m.Rule("rest", cpu, page, (s, c, p) => s.Set(bad[c][p], false));
            m.Always("good", ForAll(cpu, page, (c, p) => !bad[c][p]));
        }));

        Assert.Equal("for every number of cpu, page; looked at 128 of the 2,500 sizes offered", proof.Sentence);
    }

    private static AnySizeProof Of(ModelFamily family) => AnySizeProof.Create(
        new Claim
        {
            Id = "SIZES",
            Sentence = "All is good.",
            Family = family,
            Choices = Choices.Default,
            Property = "good",
            Expected = new Expectation.Proved(),
            Sources = [],
        },
        new Nothing());

    // Otherwise the names alone would change the model, and a number in a name would look like a growing bound.
    [Theory]
    [InlineData("rule", "'go 2' for 2, 'go 3' for 3")]
    [InlineData("rule of a number", "'go2' for 2, 'go3' for 3")]
    [InlineData("thread", "'t1.go' for 2, 't2.go' for 3")]
    [InlineData("variable", "'v2' for 2, 'v3' for 3")]
    public void A_size_in_a_name_is_refused_by_name(string where, string names)
    {
        var family = new Family([new("cpu", 2, 1, 4, "")], m =>
        {
            var (cpu, size) = (m.ScalarSet("cpu", m.Size("cpu")), m.Size("cpu"));
            var on = m.Var(where == "variable" ? $"v{size}" : "v", Sort.Bool);
            m.Rule(where == "rule" ? $"go {size}" : where == "rule of a number" ? $"go{size}" : "go", cpu, (s, c) => s.Set(on, true));
            m.Thread(where == "thread" ? $"t{size - 1}" : "t", repeats: true, t => t.Step("go", s => s.Set(on, true)));
            m.Always("good", on | !on);
        });
        var error = Assert.Throws<UserErrorException>(() => Of(family)).Diagnostic;
        Assert.Equal(ErrorCodes.NotGeneric, error.Code);
        Assert.Contains($"depends on the size 'cpu': {names}", error.Message, StringComparison.Ordinal);
        Assert.Contains("omit the size from names", error.Hint, StringComparison.Ordinal);
        Assert.EndsWith("GenericSizesTests.cs", error.Where?.File, StringComparison.Ordinal);
    }

    private sealed class Family(ImmutableArray<SizeParameter> sizes, Action<ModelBuilder> body) : ModelFamily
    {
        public override string Name => "sizes";

        public override string Summary => "a model that differs with its sizes";

        public override ImmutableArray<SizeParameter> Sizes => sizes;

        protected override void Describe(ModelBuilder m) => body(m);
    }

    private sealed class Nothing : Invariant
    {
        public override ImmutableArray<string> Claims => ["SIZES"];

        protected override void Describe(InvariantBuilder i) => i.Add("nothing", true);
    }
}
