using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Proofs;
using Verify.Engines;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Semantics;
using Verify.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary>Proofs for every size: they hold, they can fail, and failures are reported.</summary>
public sealed class AnySizeTests
{
    public static TheoryData<string> Ids => StoredProofs.Ids;

    [Fact]
    public void The_least_shootdown_is_proved_within_a_second()
    {
        var proof = AnySizeProof.Create(StoredProofs.ClaimOf("TLB-SHOOTDOWN"), StoredProofs.InvariantOf("TLB-SHOOTDOWN"));
        var answer = SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken);

        Assert.True(answer.IsProved, string.Join('\n', answer.Answers.Where(a => a.Answer != Satisfiability.Unsat)));
        Assert.True(answer.Seconds < 1 || Environment.ProcessorCount < 4, $"{answer.Seconds} s");
        Assert.Equal("for every number of cpu, page, frame; looked at 128 of the 2,048 sizes offered", proof.Sentence);
    }

    // A conjunct that no reachable state satisfies would make the proof vacuous.
    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_conjunct_holds_in_reachable_states(string id)
    {
        var claim = StoredProofs.ClaimOf(id);
        var model = claim.Family.Build(claim.Choices);
        var logic = new FirstOrderModel(model);
        var sizes = logic.Signature.Scalars.ToDictionary(scalar => scalar.Name, scalar => scalar.ScalarCount);
        var conjuncts = StoredProofs.InvariantOf(id).For(model).Select(c => (c.Name, Holds: logic.Holds(c.Holds, c.Where))).ToList();
        foreach (var node in new Toy(model, 1200).Nodes.Where((_, i) => i % 5 == 0))
        {
            var image = new StateImage(logic.Signature, node.State);
            var grounding = new Grounding(sort => sizes[sort.Name], image.Of);
            Assert.All(conjuncts, conjunct => Assert.True(grounding.Holds(conjunct.Holds), conjunct.Name));
        }
    }

    // A conjunct may read the value of an empty option, because formulas are total.
    [Theory]
    [MemberData(nameof(Ids))]
    public void Nothing_that_the_interpreter_reaches_speaks_against_it(string id) =>
        Assert.Null(AnySizeRun.WhyNot(AnySizeProof.Create(StoredProofs.ClaimOf(id), StoredProofs.InvariantOf(id)), ConjunctWalk.Brief));

    // A proof must be able to fail: each fault and each dropped assumption that breaks the claim must break the proof.
    [Theory]
    [MemberData(nameof(Ids))]
    public void Of_a_model_that_is_refuted_an_obligation_fails(string id)
    {
        var (claim, invariant) = (StoredProofs.ClaimOf(id), StoredProofs.InvariantOf(id));
        var spoiled = claim.Family.AllSwitches.Where(one => !claim.Choices.Switched.Contains(one.Name))
            .Select(one => (one.Name, Choices: claim.Choices.With(one)))
            .Concat(claim.Choices.Assumptions.Select(name => (Name: name, Choices: claim.Choices.Drop(name))));
        var refuted = spoiled.Where(one => IsRefuted(claim, one.Choices)).ToList();
        foreach (var (name, choices) in refuted)
        {
            Assert.False(IsProved(claim, choices, invariant), name);
        }

        // If no fault breaks it, removing some guard or write does.
        if (refuted.Count == 0)
        {
            var model = claim.Family.Build(claim.Choices);
            var other = Spoiled(model).First(one => IsRefuted(one, claim.Property));
            Assert.False(StoredProofs.Ask(other, invariant, claim.Property).IsProved);
        }
    }

    [Theory]
    [InlineData("free", "waits for no other")]
    [InlineData("flush", "drops nothing")]
    [InlineData("map", "of a frame that is not free")]
    [InlineData("zap", "leaves the PTE")]
    public void A_shootdown_with_a_step_spoiled_is_not_proved(string rule, string how)
    {
        var claim = StoredProofs.ClaimOf("TLB-SHOOTDOWN");
        var model = claim.Family.Build(claim.Choices);
        var position = model.Rules.ToList().FindIndex(r => r.Name == rule);
        var whole = model.Rules[position];
        var spoiled = how switch
        {
            "drops nothing" => whole with { Updates = [.. whole.Updates.Where(u => u.Variable.Name != "tlb")] },
            "leaves the PTE" => whole with { Updates = [.. whole.Updates.Where(u => u.Variable.Name != "pte")] },
            _ => whole with { Guard = FirstOf(whole.Guard) },
        };
        var other = model.With(model.Rules.SetItem(position, spoiled));

        Assert.False(StoredProofs.Ask(other, StoredProofs.InvariantOf("TLB-SHOOTDOWN"), "I-ENTRY").IsProved, how);
    }

    [Fact]
    public void A_step_that_leads_out_is_shown_on_an_instance()
    {
        var claim = StoredProofs.ClaimOf("TLB-SHOOTDOWN");
        var model = claim.Family.Build(claim.Choices.Size("cpu", 2).Size("page", 2).Size("frame", 2));
        var conjuncts = StoredProofs.InvariantOf(claim.Id).For(model).RemoveAll(c => c.Name == "acknowledged is dropped");
        var obligations = new InvariantObligations(new FirstOrderModel(model), conjuncts, (Property.Always)model.Property("I-ENTRY"));

        var broken = InductionCounterexamples.Find(
            obligations, "stays: free: cached is user's", StoredProofs.Solver(SolverKind.Z3), TestContext.Current.CancellationToken);

        Assert.NotNull(broken?.Step);
        Assert.Equal("free", model.Rules[broken.Step.Rule].Name);
        var interpreter = new Interpreter(model);
        Assert.Equal(broken.After, interpreter.Successor(broken.Before, broken.Step));
        var property = (Property.Always)model.Property("I-ENTRY");
        Assert.True(interpreter.Holds(broken.Before, property.Holds, property.Where));
        Assert.False(interpreter.Holds(broken.After!, property.Holds, property.Where));
    }

    // A witness need not hold; what is wrong is that it is undefined, in a state where the property is as it should be.
    [Fact]
    public void A_witness_that_is_not_defined_is_shown_where_it_is_not()
    {
        var m = new ModelBuilder("witness");
        var cpu = m.ScalarSet("cpu", 2);
        var owner = m.Var("owner", Sort.Option(cpu));
        m.Rule("take", cpu, (s, c) => s.Set(owner, Some(c)));
        m.Always("any", owner.IsNone | owner.HasValue);
        m.Reachable("first", ForAll(cpu, c => owner.Value != c));
        var model = m.Build();
        var obligations = new InvariantObligations(new FirstOrderModel(model), [], (Property.Always)model.Property("any"));

        var broken = InductionCounterexamples.Find(obligations, "suffices: witness first is defined",
            StoredProofs.Solver(SolverKind.Z3), TestContext.Current.CancellationToken);

        Assert.NotNull(broken);
        var witness = (Property.Reachable)model.Property("first");
        Assert.Throws<UserErrorException>(() => new Interpreter(model).Holds(broken.Before, witness.Holds, witness.Where));
    }

    [Fact]
    public void The_invariant_of_the_least_shootdown_is_found()
    {
        var claim = StoredProofs.ClaimOf("TLB-SHOOTDOWN");
        Model Of(int cpus, int others) => claim.Family.Build(claim.Choices.Size("cpu", cpus).Size("page", others).Size("frame", others));
        var search = new InvariantSearch([Of(2, 2), Of(3, 2), Of(2, 3)], claim.Id, claim.Property, StoredProofs.Solver(SolverKind.Z3));

        var found = search.Find(3000, TestContext.Current.CancellationToken).Invariant;

        Assert.NotNull(found);
        var answer = SolverCheck.Run(
            AnySizeProof.Create(claim, found).Text, StoredProofs.Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken);
        Assert.True(answer.IsProved);
        Assert.Contains("public sealed class Found : Invariant", found.Source("Found", Of(2, 2)), StringComparison.Ordinal);
    }

    // With one CPU there are no threads, so there are fewer statements; and two sets start with the same letter.
    [Fact]
    public void A_found_invariant_selects_its_literals_by_text_at_any_size()
    {
        var family = new Sparse();
        var claim = StoredProofs.ClaimOf("TLB-SHOOTDOWN") with
        {
            Id = "SPARSE",
            Family = family,
            Choices = Choices.Default,
            Property = "good"
        };
        Model Of(int cpus, int cards) => family.Build(Choices.Default.Size("cpu", cpus).Size("card", cards));

        var found = new InvariantSearch([Of(2, 2), Of(3, 2), Of(2, 3)], claim.Id, claim.Property, StoredProofs.Solver(SolverKind.Z3))
            .Find(1000, TestContext.Current.CancellationToken).Invariant;

        Assert.NotNull(found);
        var proof = AnySizeProof.Create(claim, found);
        Assert.Equal("for every number of cpu (from 2), card", proof.Sentence);
        Assert.True(SolverCheck.Run(proof.Text, StoredProofs.Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken).IsProved);
        Assert.Contains("never lost[cpu1, card1]", found.Names);
        Assert.Contains("ForAll(card, cpu, (card1, cpu1) => !i[\"lost\"][cpu1][card1])",
            found.Source("Found", Of(2, 2)), StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => found.For(new TlbShootdown().Build(Choices.Default)));
    }

    [Fact]
    public void A_step_that_no_clause_excludes_is_shown()
    {
        var m = new ModelBuilder("leak");
        var cpu = m.ScalarSet("cpu", 2);
        var done = m.Map("done", cpu, Sort.Bool);
        m.Rule("finish", cpu, (s, c) => s.When(!done[c]).Set(done[c], true));
        m.Always("never", ForAll(cpu, c => !done[c]));
        var model = m.Build();

        var found = new InvariantSearch([model], "LEAK", "never", StoredProofs.Solver(SolverKind.Z3))
            .Find(100, TestContext.Current.CancellationToken);

        Assert.Null(found.Invariant);
        Assert.NotNull(found.Stuck);
    }

    // The bound of the generation counter becomes an unknown; for each value the text equals that of the instance.
    [Fact]
    public void A_counter_is_read_for_every_bound()
    {
        var claim = StoredProofs.ClaimOf("VL-FULL:I-ENTRY");
        var proof = AnySizeProof.Create(claim, new NoInvariant("VL-FULL:I-ENTRY"));

        Assert.Contains(new ProvedSize("gens", 1, IsAny: true, IsNumber: true), proof.Sizes);
        Assert.Contains(new ProvedSize("cpu", 2, IsAny: true, IsNumber: false), proof.Sizes);
        Assert.Contains("(<= tlb_gen size.gens)", proof.Text, StringComparison.Ordinal);
        foreach (var bound in new[] { 1, 3, 7 })
        {
            var model = claim.Family.Build(claim.Choices.Size("gens", bound));
            var text = ObligationWriter.Of(new InvariantObligations(
                new FirstOrderModel(model), [], (Property.Always)model.Property(claim.Property))).Whole();
            Assert.Equal(text, Filled(proof.Text, bound));
        }
    }

    [Fact]
    [Provokes("VRF307")]
    public void An_expression_that_depends_on_the_size_is_rejected()
    {
        var m = new ModelBuilder("crowd");
        var cpu = m.ScalarSet("cpu", 3);
        var busy = m.Map("busy", cpu, Sort.Bool);
        m.Rule("start", cpu, (s, c) => s.When(Count(cpu, d => busy[d]) < 2).Set(busy[c], true));
        m.Always("not all", !ForAll(cpu, c => busy[c]));

        var error = Assert.Throws<UserErrorException>(() => new FirstOrderModel(m.Build()));

        Assert.Equal("VRF307", error.Diagnostic.Code.Id);
        Assert.Contains("counts the members of 'cpu'", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("AnySizeTests.cs", error.Diagnostic.Where?.File, StringComparison.Ordinal);
    }

    [Fact]
    [Provokes("VRF308")]
    public void An_invariant_is_checked_against_the_model()
    {
        var model = new TlbShootdown().Build(Choices.Default);

        Assert.Equal("VRF308", Refusal(model, i => { i.Add("twice", true); i.Add("twice", true); }));
        Assert.Equal("VRF113", Refusal(model, i => i.Add("none", i["pde"].HasValue)));
        Assert.Equal("VRF113", Refusal(model, i => i.Add("none", ForAll(i.Sort("mm"), _ => true))));
        Assert.Equal("VRF101", Refusal(model, i => i.Add("no truth", i["pte"])));
    }

    // The model without one of its writes, and with only the first part of one of its guards.
    private static IEnumerable<Model> Spoiled(Model model)
    {
        for (var i = 0; i < model.Rules.Length; i++)
        {
            var rule = model.Rules[i];
            foreach (var spoiled in rule.Updates.Select(update => rule with { Updates = rule.Updates.Remove(update) })
                .Append(rule with { Guard = FirstOf(rule.Guard) }))
            {
                yield return model.With(model.Rules.SetItem(i, spoiled));
            }
        }
    }

    private static Expr FirstOf(Expr guard) =>
        guard is Expr.Connective { Operator: LogicOperator.And, Left: var first } ? FirstOf(first) : guard;

    private static string Refusal(Model model, Action<InvariantBuilder> body) =>
        Assert.Throws<UserErrorException>(() => new Written(body).For(model)).Diagnostic.Code.Id;

    private static bool IsRefuted(Claim claim, Choices choices)
    {
        try
        {
            return IsRefuted(claim.Family.Build(choices), claim.Property);
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static bool IsRefuted(Model model, string property)
    {
        try
        {
            return new Verify.Explicit.ExplicitEngine().Decide(
                model, model.Property(property), Verify.Engines.EngineOptions.Default) is Verdict.Refuted;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    // An invariant that names a part that the model lacks proves nothing about it.
    private static bool IsProved(Claim claim, Choices choices, Invariant invariant)
    {
        var model = claim.Family.Build(choices);
        try
        {
            _ = invariant.For(model);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.UnknownName)
        {
            return false;
        }

        return StoredProofs.Ask(model, invariant, claim.Property).IsProved;
    }

    private static string Filled(string text, int bound)
    {
        var lines = text.Split('\n').Where(line => !line.Contains("size.gens", StringComparison.Ordinal)
            || line is not ("(declare-fun size.gens () Int)" or "(assert (<= 1 size.gens))"));
        return string.Join('\n', lines).Replace("size.gens", $"{bound}", StringComparison.Ordinal);
    }

    private sealed class Sparse : ModelFamily
    {
        public override string Name => "sparse";

        public override string Summary => "a thread that is there only where there are two CPUs";

        public override ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 4, "processors"), new("card", 2, 1, 3, "cards")];

        protected override void Describe(ModelBuilder m)
        {
            var (cpu, card) = (m.ScalarSet("cpu", m.Size("cpu")), m.ScalarSet("card", m.Size("card")));
            if (m.Size("cpu") > 1)
            {
                var early = m.Map("early", cpu, Sort.Bool);
                m.Rule("start", cpu, (s, c) => s.Set(early[c], true));
            }

            var (taken, lost) = (m.Map("taken", cpu, card, Sort.Bool), m.Map("lost", cpu, card, Sort.Bool));
            m.Rule("take", cpu, card, (s, c, d) => s.Set(taken[c][d], true));
            m.Rule("lose", cpu, card, (s, c, d) => s.When(taken[c][d] & lost[c][d]).Set(lost[c][d], true));
            m.Always("good", ForAll(cpu, card, (c, d) => !lost[c][d]));
            m.Reachable("taken", Exists(cpu, card, (c, d) => taken[c][d]));
        }
    }

    private sealed class NoInvariant(string claim) : Invariant
    {
        public override ImmutableArray<string> Claims => [claim];

        protected override void Describe(InvariantBuilder i)
        {
        }
    }

    private sealed class Written(Action<InvariantBuilder> body) : Invariant
    {
        public override ImmutableArray<string> Claims => [];

        protected override void Describe(InvariantBuilder i) => body(i);
    }
}
