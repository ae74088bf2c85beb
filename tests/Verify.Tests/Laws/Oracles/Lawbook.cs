using System.Collections.Immutable;
using System.Reflection;
using Verify.Engines;
using Verify.Scheduling;
using Verify.Tests.Explain;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Formats;
using Verify.Tests.Language;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Laws.Lowering;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.Solvers;
using Verify.Tests.Symbolic;

namespace Verify.Tests.Laws.Oracles;

/// <summary>The list of laws for generated models.</summary>
internal static class Lawbook
{
    /// <summary>The laws, cheap ones first, because later ones can reuse their results.</summary>
    public static ImmutableArray<Law> All { get; } =
    [
        MeaningLaws.SameTwice, LoweringLaws.Terms, LoweringLaws.Systems, EveryWayLaws.AnyWay, EveryWayLaws.Told,
        EngineLaws.SameAsToy, ConeLaws.Keeps, PartialOrderLaws.Keeps, SymmetryLaws.Keeps, FirstOrderLaws.SameAsInterpreter,
        ObligationLaws.Fail,
        StepLaws.Packs, StepLaws.Steps, StepLaws.Effects, TraceLaws.Replays, TraceLaws.Lassos, TraceLaws.Shortens,
        RoundTripLaws.ReadsBack, ModelLaws.Known, ModelLaws.Refused, ThreadLaws.Runs, SmtLaws.Says, SmtLaws.Clauses, SmtLaws.Refuses,
        ReductionLaws.Keep, ReductionLaws.Undefined,
        CheckLaws.Passes, CheckLaws.Refuses, CheckLaws.Misses, LivenessLaws.Lassos, OrbitLaws.VisitsOnce,
        PartialOrderLaws.InCrews, EngineLaws.FewestSwitches, EngineLaws.SurvivesText, EngineLaws.Repeats,
        EngineLaws.CutByDepth, EngineLaws.CutByStates, EngineLaws.Cancelled, EngineLaws.SameOnThreads,
        EngineLaws.InSmallTables, SymmetryLaws.SameOnThreads, ReductionLaws.SameOnThreads, LivenessLaws.OutOfMemory,
        .. new[] { "walks" }.Concat(new ScheduleEngine().Strategies).SelectMany(way =>
            new[] { RandomLaws.AgreesBy(way), RandomLaws.RepeatsBy(way) }),
        DiskTests.SameUnder(Reductions.None), DiskTests.SameUnder(Reductions.Symmetry | Reductions.PartialOrder),
        Btor2Tests.BadWhereItIs, ConformanceTests.ReadBack, ConformanceTests.InSpin, ConformanceTests.InSpinUnderFairness,
        ConformanceTests.InRumur,
        FamilyLaws.HoldsAtAll, FamilyToolLaws.Told, FamilyToolLaws.Certified, FamilyToolLaws.Reached,
        FamilyToolLaws.Found, ExplainLaws.Steps, ExplainLaws.Misses, ExplainLaws.Blames,
        SymbolicLaws.Bounded, SymbolicLaws.Pdr, SymbolicLaws.KInduction, SymbolicLaws.Spacer,
    ];

    /// <summary>All laws that test classes declare; a soak only tries those in the book.</summary>
    public static IEnumerable<Law> Declared => typeof(Lawbook).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
        .Where(declared => declared.FieldType == typeof(Law))
        .Select(declared => (Law)declared.GetValue(null)!);
}
