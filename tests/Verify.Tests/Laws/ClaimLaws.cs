using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws;

/// <summary>Every claim is as expected, and the toy agrees for every claim that is small enough.</summary>
public sealed class ClaimLaws
{
    private const int Cap = 70_000; // the maximum number of states for the toy

    private static readonly ImmutableArray<Claim> Claims = Product.Claims;

    private static readonly ImmutableArray<ModelFamily> Families = Product.Families;

    private static readonly ExplicitEngine Engine = new();

    /// <summary>Claims about page tables of two entries, with a frame for each entry and one for the table.</summary>
    public static TheoryData<string> Tables =>
        ["B-TABLE:I-TABLE", "B-TABLE:I-GUP", "B-TABLE-ARM:I-TABLE", "B-TABLE-ARM/no-grace:I-TABLE"];

    public static TheoryData<string> Ids => [.. Claims.Select(claim => claim.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_claim_comes_to_what_it_expects(string id)
    {
        var report = ClaimReport.Decide(Claims.Single(claim => claim.Id == id), Engine, EngineOptions.Default);
        Assert.Empty(report.Problems);
        Assert.Equal(report.Claim.Expected is Expectation.Pending, report.IsUndecided);
        if (report.Main is { } main)
        {
            AssertReplays(main);
        }
    }

    [Fact]
    public void The_toy_agrees_on_every_claim()
    {
        var skipped = new List<string>();
        var toys = new Dictionary<(string Digest, int Depth), Toy>();
        foreach (var claim in Claims.Where(claim => claim.Expected is not Expectation.Pending))
        {
            // The toy does not support LeadsTo, which has laws of its own.
            var instance = new Instance(claim.Family, claim.Choices);
            if (instance.Model.Property(claim.Property) is not Property.LeadsTo
                && !Compare(instance, claim.Property, claim.Id, Cap, toys)
                && !CompareSmallest(claim))
            {
                skipped.Add(claim.Id);
            }
        }

        Assert.Empty(skipped);
    }

    // A claim too large for the toy is compared at the smallest sizes that have its property; some are compared at others
    // below.
    private static bool CompareSmallest(Claim claim)
    {
        IEnumerable<Choices> smaller = claim.Family.Sizes.Aggregate(
            (IEnumerable<Choices>)[claim.Choices],
            (all, size) => all.SelectMany(some => Enumerable
                .Range(size.Low, Instance.SizeIn(claim.Choices, size) - size.Low + 1)
                .Select(value => some.Size(size.Name, value))));
        foreach (var choices in smaller.OrderBy(some => claim.Family.Sizes.Sum(size => Instance.SizeIn(some, size))))
        {
            Instance instance;
            try
            {
                instance = new Instance(claim.Family, choices);
                _ = instance.Model.Property(claim.Property);
            }
            catch (UserErrorException)
            {
                continue; // a variant that needs more
            }

            return Compare(instance, claim.Property, claim.Id, Cap, []);
        }

        return false;
    }

    // With one entry per table, and with two entries of which one is mapped at a time.
    [Theory]
    [MemberData(nameof(Tables))]
    public void The_toy_agrees_on_small_page_tables(string id)
    {
        var claim = Claims.Single(claim => claim.Id == id);
        var compared = new[] { (1, 2), (1, 3), (2, 2) }.Count(sizes =>
        {
            var smaller = claim.Choices.Size("va", sizes.Item1).Size("frame", sizes.Item2);
            return Compare(new Instance(claim.Family, smaller), claim.Property, id, 100_000, []);
        });
        Assert.Equal(3, compared);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(2, 2, 3)]
    public void The_toy_agrees_on_small_shootdowns(int cpus, int pages, int frames)
    {
        var sizes = Choices.Default.Size("cpu", cpus).Size("page", pages).Size("frame", frames);
        Assert.True(Compare(new Instance(new TlbShootdown(), sizes), "I-ENTRY", "TLB-SHOOTDOWN", 100_000, []));
    }

    [Fact]
    public void The_shootdown_has_the_states_that_other_checkers_count()
    {
        var instance = new Instance(new TlbShootdown(), Choices.Default);
        var report = Report.Decide(Engine, instance, instance.Model.Property("I-ENTRY"), EngineOptions.Default);
        var evidence = Assert.IsType<Verdict.Proved>(report.Verdict).Evidence;
        Assert.Equal(EvidenceKind.Exhaustive, evidence.Kind);
        // Sixteen levels: the farthest state is fifteen steps away.
        Assert.Equal((4_533_716, 41_732_052, 15), (evidence.States, evidence.Transitions, evidence.Depth));
    }

    [Fact]
    public void A_claim_has_sources_and_a_unique_identifier()
    {
        Assert.Equal(Claims.Length, Claims.Select(claim => claim.Id).Distinct().Count());
        Assert.All(Claims, claim =>
        {
            Assert.EndsWith(".", claim.Sentence, StringComparison.Ordinal);
            Assert.NotEmpty(claim.Sources);
            Assert.All(claim.Sources, source => Assert.True(source.Title.Length > 0 && source.Reference.Length > 0));
            Assert.Contains(claim.Family.Name, Families.Select(family => family.Name));
            _ = new Instance(claim.Family, claim.Choices).Model.Property(claim.Property);
        });
    }

    [Fact]
    public void A_family_has_a_name_of_its_own_witnesses_and_sources()
    {
        Assert.Equal(Families.Length, Families.Select(family => family.Name).Distinct().Count());
        Assert.All(Families, family =>
        {
            var model = family.Build(Choices.Default);
            Assert.NotEmpty(family.Summary);
            Assert.Contains(model.Properties, property => property is Property.Reachable);
            // Steps of textbook models have no sources, and parts of the hardware do not have one for every step.
            if (family.GetType().Namespace is not ("Verify.Models.Hardware" or "Verify.Models.Textbook"))
            {
                Assert.Contains(model.Rules, rule => !rule.Sources.IsEmpty);
            }

            Assert.All(family.Sizes, size => Assert.InRange(size.Default, size.Low, size.High));
        });
    }

    [Fact]
    public void Every_fault_and_assumption_is_made_by_some_claim()
    {
        var made = Claims.Where(claim => claim.Expected is not Expectation.Pending)
            .SelectMany(claim => claim.Choices.Switched.Concat(claim.Choices.Assumptions).Select(name => $"{claim.Family.Name}: {name}"))
            .ToHashSet();
        var offered = Families.Where(family => Claims.Any(claim => claim.Family.Name == family.Name))
            .SelectMany(family => family.AllSwitches.Select(one => one.Name).Concat(family.Assumptions.Select(a => a.Name))
                .Select(name => $"{family.Name}: {name}"));
        Assert.DoesNotContain(offered, name => !made.Contains(name));
    }

    private static void AssertReplays(Report report)
    {
        if (report.Trace is { } trace)
        {
            var interpreter = new Interpreter(report.Instance.Model);
            Assert.Null(Replay.WhyNot(interpreter, trace));
            Assert.True(Replay.Decides(interpreter, report.Property, trace));
        }
    }

    // False if the instance is too large.
    private static bool Compare(
        Instance instance, string name, string id, int cap, Dictionary<(string Digest, int Depth), Toy> toys)
    {
        var property = instance.Model.Property(name);
        var report = Report.Decide(Engine, instance, property, EngineOptions.Default);
        var evidence = report.Verdict.Evidence;
        if (evidence.States > cap)
        {
            return false;
        }

        // Up to the level of the trace, if there is one; the toy's results behind it do not matter.
        var depth = report.Trace?.Length - (property is Property.NoDeadlock ? 0 : 1) ?? int.MaxValue;
        if (!toys.TryGetValue((instance.Model.Digest, depth), out var toy))
        {
            toys[(instance.Model.Digest, depth)] = toy = new Toy(instance.Model, depth: depth);
        }

        // The toy may belong to another claim with the same model, and it only knows its own variables.
        var expected = Oracle.Of(toy, toy.Interpreter.Model.Property(name));
        Assert.Empty(expected.Errors);
        Assert.Equal(
            (id, expected.Level, expected.States, expected.RuleCounts.Sum(), expected.Depth),
            (id, report.Trace?.Length, evidence.States, evidence.Transitions, evidence.Depth));
        Assert.Equal(expected.RuleCounts, evidence.RuleCounts);
        Assert.Equal(expected.Witnesses, evidence.Witnesses.Select(witness => witness.Depth));
        return true;
    }
}
