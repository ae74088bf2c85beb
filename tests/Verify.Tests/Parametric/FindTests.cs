using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Cli;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary><c>prove --any-size --find</c> on claims for which it finds no invariant: it tells why.</summary>
public sealed class FindTests
{
    // The search for an invariant of a claim that is wrong would look for long and end with a step that means nothing.
    [Fact]
    public void A_claim_that_small_instances_refute_is_refuted_with_the_trace_and_not_searched()
    {
        var run = Run("prove", "WRONG", "--any-size", "--find");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("WRONG  not proved for every size\n", run.Out);
        Assert.Contains("    - PROBLEM counted cpu=2 fault:early: refuted, so a proof for every size is impossible\n",
            run.Out.Replace("\n      ", " "), StringComparison.Ordinal);
        Assert.Contains("WRONG refuted in 2 steps\n", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("reachable states,", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_counts_is_said_to_count()
    {
        var run = Run("prove", "COUNTED", "--any-size", "--find");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("PROBLEM no invariant was found\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("PROBLEM 'refs' holds a number: ", run.Out.Replace("\n      ", " "), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_without_an_invariant_is_named_when_the_others_are_proved()
    {
        var run = Run("prove", "COUNTED", "WRONG", "--any-size");
        Assert.Contains("verify: WRONG was skipped: it has no invariant; --find searches for one\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("COUNTED was skipped", run.Error, StringComparison.Ordinal);
    }

    private static ToolRun Run(params string[] arguments)
    {
        Claim[] claims = [Claim("COUNTED", Choices.Default), Claim("WRONG", Choices.Default.With(Counted.Early))];
        var catalogue = new Catalogue(() => [claims[0].Family], () => claims, () => [new Weak()]);
        return ToolRun.Asking([RealSolver.OrSkip()], catalogue, _ => [new ExplicitEngine()], arguments);
    }

    private static Claim Claim(string id, Choices choices) => new()
    {
        Id = id,
        Sentence = "What a processor holds is not freed.",
        Family = new Counted(),
        Choices = choices,
        Property = "kept",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    private sealed class Counted : ModelFamily
    {
        public static readonly Fault Early = new("early", "it is freed while processors hold it");

        public override string Name => "counted";

        public override string Summary => "an object with a reference count";

        public override ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 3, "processors")];

        public override ImmutableArray<Fault> Faults => [Early];

        protected override void Describe(ModelBuilder m)
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var holds = m.Map("holds", cpu, Sort.Bool);
            var (refs, freed) = (m.Var("refs", Sort.Range(0, 4)), m.Var("freed", Sort.Bool));
            m.Rule("get", cpu, (s, c) => s.When(!holds[c] & !freed & refs < 4).Set(holds[c], true).Set(refs, refs + 1));
            m.Rule("put", cpu, (s, c) => s.When(holds[c] & refs > 0).Set(holds[c], false).Set(refs, refs - 1));
            m.Rule("free", s => s.When(m.Has(Early) ? !freed : refs == 0 & !freed).Set(freed, true));
            m.Always("kept", ForAll(cpu, c => !(holds[c] & freed)));
            m.Reachable("held", Exists(cpu, c => holds[c]));
        }
    }

    // Not inductive.
    private sealed class Weak : Invariant
    {
        public override ImmutableArray<string> Claims => ["COUNTED"];

        protected override void Describe(InvariantBuilder i) =>
            i.Add("kept", ForAll(i.Sort("cpu"), c => !(i["holds"][c] & i["freed"])));
    }
}
