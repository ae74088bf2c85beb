using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Verify.Traces;

namespace Verify.Tests.Laws.Corners;

/// <summary>
/// The laws on models with unusual uses of the language, and a law that uses every combination of engine options.
/// </summary>
public sealed class EveryWayLaws
{
    public static TheoryData<string> Names => [.. Lawbook.All.Where(law => law.Odds < 500).Select(law => law.Name)];

    // Each model has one property and one combination of options; the next model has others.
    internal static readonly Law AnyWay = new(
        typeof(EveryWayLaws), nameof(The_answer_does_not_depend_on_the_options), 1, (sample, tally) =>
    {
        var random = new Prng(Convert.ToUInt64(sample.Model.Identity[..15], 16));
        var properties = sample.OfStates.ToList();
        if (properties.Count > 0)
        {
            var way = Way.Drawn(random);
            Ask(sample, properties[random.Below(properties.Count)], way, tally);
            tally.Note(way.Word);
        }
    })
    { Source = ModelSource.Corners };

    internal static readonly Law Told = new(typeof(EveryWayLaws), nameof(Every_result_can_be_printed), 10, (sample, tally) =>
    {
        foreach (var (property, oracle) in sample.Decided.Where(pair => pair.Oracle.Level is not null))
        {
            var run = CheckedTrace.Check(sample.Interpreter, property, sample.Toy.Decisive(property)!.Trace, out _)!;
            foreach (var withStates in new[] { false, true })
            {
                var text = ColumnTrace.Of(run, new Caption("corners", "of a model", []), new TraceDetail(withStates));
                Assert.All(text.Split('\n'), line => Assert.True(line.Length <= TextWrap.Width, line));
            }

            tally.Compare();
        }
    })
    { Source = ModelSource.Corners };

    [Fact]
    public void The_answer_does_not_depend_on_the_options()
    {
        var tally = Law.Holds(AnyWay, 1500);
        Assert.True(Law.IsAlone || (tally.Compared > 800 && tally["undefined"] > 100 && tally["refused"] < 500), $"{tally}");
    }

    [Fact]
    public void Every_result_can_be_printed()
    {
        var tally = Law.Holds(Told, 400);
        Assert.True(Law.IsAlone || tally.Compared > 100, $"{tally}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_law_holds_in_the_corners(string name)
    {
        var law = Lawbook.All.Single(law => law.Name == name);
        _ = Law.Holds(law, 20 + (200 / law.Odds), ModelSource.Corners);
    }

    private static void Ask(Sample sample, Property property, Way way, Tally tally)
    {
        var expected = sample.OracleOf(property);
        try
        {
            var found = way.Decide(sample.Model, property);
            tally.Compare();
            Compare(sample, property, way, expected, found);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.BadReduction && way.Reductions != Reductions.None)
        {
            tally.Note("refused");
        }
        catch (UserErrorException e)
        {
            tally.Compare();
            tally.Note("undefined");
            var isOnALongerWay = way.IsPartialOrder && (expected.Level is not null || sample.Toy.Errors.Count > 0);
            Assert.True(isOnALongerWay || expected.Errors.Contains(e.Diagnostic.Code.Id),
                $"{way}: {e.Diagnostic.Code.Id} of what is {(expected.Errors.IsEmpty ? "defined" : string.Join(' ', expected.Errors))}");
        }
    }

    private static void Compare(Sample sample, Property property, Way way, Oracle expected, Verdict found)
    {
        if (ReductionLaws.TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
            Assert.True(Replay.Decides(sample.Interpreter, property, trace), $"{way}: the trace does not decide");
            Assert.True(way.IsPartialOrder || trace.Length == expected.Level,
                $"{way}: a trace of {trace.Length} for {expected.Level} steps");
        }

        // Compact mode does not move to disk, so the search ends at the memory limit.
        if (way is { IsOnDisk: true, IsCompact: true } && CauseOf(found).Contains("memory limit", StringComparison.Ordinal))
        {
            var ahead = expected.Level ?? expected.UndefinedAt;
            Assert.True(found is not Verdict.HoldsUpTo cut || ahead is null || cut.Bound.Depth < ahead,
                $"{way}: holds up to the memory limit, past level {ahead}");
            return;
        }

        if (!expected.Errors.IsEmpty)
        {
            // Only another order of steps can reach a violation before an undefined state.
            Assert.True(way.IsPartialOrder && ReductionLaws.TraceOf(found) is not null, $"{way}: '{found.Word}' of what is undefined");
            return;
        }

        var isMet = expected.Level is not null;
        var word = property is Property.Reachable == isMet ? "proved" : "refuted";
        // Compact mode proves nothing, except that states of one word are stored whole.
        string[] words = way.IsCompact && !isMet ? [word, property is Property.Reachable ? "unknown" : "holds-up-to"] : [word];
        Assert.True(words.Contains(found.Word), $"{way}: '{property.Name}' is {word}, and '{found.Word}'");
        var isWholeState = (way.Reductions & ~Reductions.Symmetry) == Reductions.None;
        Assert.True(!isWholeState || expected.Depth == found.Evidence.Depth, $"{way}: {found.Evidence.Depth} for {expected.Depth} levels");

        CompareCoverage(sample.Model, way, expected, found.Evidence);
    }

    private static string CauseOf(Verdict found) =>
        (found as Verdict.Unknown)?.Reason ?? (found as Verdict.HoldsUpTo)?.Bound.Cause ?? "";

    private static void CompareCoverage(Model model, Way way, Oracle expected, Evidence found)
    {
        var isWhole = expected.Level is null;
        if (way.Reductions == Reductions.None)
        {
            Assert.Equal((expected.States, expected.RuleCounts.Sum()), (found.States, found.Transitions));
            Assert.Equal(expected.RuleCounts, found.RuleCounts);
        }

        Assert.True(way.Reductions != Reductions.Symmetry || found.StatesRepresented == expected.States);
        var watched = model.Properties.OfType<Property.Reachable>().Select(reachable => reachable.Name).ToList();
        Assert.Equal(watched.Order(), found.Witnesses.Select(witness => witness.Property).Concat(found.NotLookedFor).Order());
        foreach (var witness in found.Witnesses)
        {
            var depth = expected.Witnesses[watched.IndexOf(witness.Property)];
            Assert.True(way.IsPartialOrder ? !isWhole || witness.Depth is null == depth is null : witness.Depth == depth,
                $"{way}: '{witness.Property}' is met after {depth} steps, and {witness.Depth}");
        }

        foreach (var (rule, count) in found.RuleCounts.Index().Where(_ => isWhole))
        {
            Assert.True(count == Evidence.NotCounted || count > 0 == expected.RuleCounts[rule] > 0,
                $"{way}: '{model.Rules[rule].Name}' fires {expected.RuleCounts[rule]} times, and {count}");
        }
    }

    /// <summary>A combination of options of the explicit engine.</summary>
    private sealed record Way(Reductions Reductions, int Threads, bool IsOnDisk, bool IsCompact)
    {
        public bool IsPartialOrder => Reductions.HasFlag(Reductions.PartialOrder);

        public string Word => $"{Reductions}{(IsOnDisk ? " on disk" : "")}{(IsCompact ? " compact" : "")}";

        public static Way Drawn(Prng random)
        {
            var reductions = (Reductions)random.Below(8);
            return new Way(reductions, random.OneIn(5) ? 2 : 1, random.OneIn(20), random.OneIn(10));
        }

        public Verdict Decide(Model model, Property property)
        {
            var reductions = property is Property.NoDeadlock ? Reductions & ~Reductions.ConeOfInfluence : Reductions;
            var run = new EngineOptions(Budget.Unlimited, Threads: Threads, Reductions: reductions) { IsCompact = IsCompact };
            if (!IsOnDisk)
            {
                return new ExplicitEngine().Decide(model, property, run);
            }

            using var directory = new Verify.Tests.Explicit.Storage.TestDirectory();
            var tuning = new StorageTuning { MaxHeld = 3, MinCapacity = 64, MaxRuns = 3, BufferStates = 2 };
            return new ExplicitEngine { Tuning = tuning }.Decide(model, property, run with { SpillDirectory = directory.Path });
        }
    }
}
