using System.Text.Encodings.Web;
using System.Text.Json;
using Verify.Claims;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Cli.Output;

/// <summary>
/// Results for programs: one object <c>{tool, results}</c>. A property that has no value is null and never left out;
/// the order of properties is fixed.
/// </summary>
internal static class ResultJson
{
    /// <summary>Indented, and readable where no browser is involved.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One result.</summary>
    /// <param name="Decision">What was decided.</param>
    /// <param name="Report">Which part of it; null when the claim is pending.</param>
    public sealed record Entry(Decision Decision, Report? Report)
    {
        /// <summary>The choices that it is about.</summary>
        public Choices Choices { get; init; } = Report?.Instance.Choices ?? Decision.Choices;

        /// <summary>What it is about, in a line.</summary>
        public string Instance { get; init; } =
            Claims.Instance.Describe(Decision.Claim.Family, Report?.Instance.Choices ?? Decision.Choices);

        /// <summary>The verdict that is expected; null when nothing is.</summary>
        public string? Expected { get; init; }

        /// <summary>Whether all is as expected; null when nothing is.</summary>
        public bool? IsAsExpected { get; init; }

        /// <summary>Why there is no report.</summary>
        public string? Reason { get; init; }

        /// <summary>The invariant that was found, in C#; left out when there is none.</summary>
        public string? Invariant { get; init; }
    }

    /// <summary>Writes decisions; those with an assumption dropped follow the claim's own.</summary>
    public static void Write(TextWriter output, IEnumerable<Decision> decisions) => Write(output,
        decisions.SelectMany(decision => decision.Report.Dropped
            .Select(dropped => WithoutAssumption(decision, dropped.Assumption, dropped.Report)).Prepend(Own(decision))));

    /// <summary>Writes results.</summary>
    public static void Write(TextWriter output, IEnumerable<Entry> entries) => Document(output, json =>
    {
        json.WriteString("tool", Tool.Version);
        json.WriteStartArray("results");
        foreach (var entry in entries)
        {
            WriteResult(json, entry);
        }

        json.WriteEndArray();
    });

    /// <summary>Writes one object, ended by a line feed.</summary>
    public static void Document(TextWriter output, Action<Utf8JsonWriter> body)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static Entry Own(Decision decision)
    {
        var (claim, main) = (decision.Claim, decision.Report.Main);
        return main is null
            ? new Entry(decision, null)
            {
                Expected = claim.Expected.Word,
                IsAsExpected = true,
                Reason = ((Expectation.Pending)claim.Expected).Reason,
            }
            : new Entry(decision, main)
            {
                Expected = decision.IsExpected ? claim.Expected.Word : null,
                IsAsExpected = decision.IsExpected ? decision.Report.IsAsExpected : null,
            };
    }

    private static Entry WithoutAssumption(Decision decision, string assumption, Report report)
    {
        var isSuperfluous = decision.Claim.Expected is Expectation.ProvedIf conditional
            && conditional.Superfluous.Contains(assumption);
        var expected = isSuperfluous ? "proved" : "refuted";
        return new Entry(decision, report) { Expected = expected, IsAsExpected = report.Verdict.Word == expected };
    }

    private static void WriteResult(Utf8JsonWriter json, Entry entry)
    {
        var (decision, report) = (entry.Decision, entry.Report);
        json.WriteStartObject();
        json.WriteString("claim", decision.Claim.Id);
        json.WriteString("instance", entry.Instance);
        json.WriteString("property", decision.Claim.Property);
        json.WriteString("expected", entry.Expected);
        json.WriteString("verdict", report?.Verdict.Word ?? "unknown");
        json.WritePropertyName("asExpected");
        if (entry.IsAsExpected is { } known)
        {
            json.WriteBooleanValue(known);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("engine", report?.Engine);
        WriteEvidence(json, report?.Verdict, entry.Reason);
        json.WriteStartArray("assumptions");
        foreach (var assumption in entry.Choices.Assumptions)
        {
            json.WriteStringValue(assumption);
        }

        json.WriteEndArray();
        WriteTrace(json, decision, report);
        json.WriteNumber("seconds", Math.Round(report?.ElapsedSeconds ?? 0, 3));
        if (entry.Invariant is { } invariant)
        {
            json.WriteString("invariant", invariant);
        }

        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Verdict? verdict, string? reason)
    {
        var evidence = verdict?.Evidence ?? Evidence.Nothing;
        json.WriteStartObject("evidence");
        json.WriteString("kind", evidence.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("states", evidence.States);
        json.WriteNumber("transitions", evidence.Transitions);
        json.WriteNumber("depth", evidence.Depth);
        json.WriteString("identity", evidence.Identity);
        if (evidence.StatesStoodFor is { } stoodFor)
        {
            json.WriteNumber("statesStoodFor", stoodFor);
        }

        if (evidence.SearchSeconds is { } seconds)
        {
            json.WriteNumber("searchSeconds", Math.Round(seconds, 3));
        }

        if (evidence is { Schedules: { } schedules, RulePairs: { } pairs })
        {
            json.WriteNumber("schedules", schedules);
            json.WriteNumber("rulePairs", pairs);
        }

        if (!evidence.NotLookedFor.IsEmpty)
        {
            json.WriteStartArray("notLookedFor");
            foreach (var witness in evidence.NotLookedFor)
            {
                json.WriteStringValue(witness);
            }

            json.WriteEndArray();
        }

        var bound = verdict switch
        {
            Verdict.HoldsUpTo limit => limit.Bound,
            Verdict.Unknown unknown => new Bound(unknown.Reason, 0, evidence.States),
            _ => reason is null ? null : new Bound(reason, 0, 0),
        };
        json.WritePropertyName("bound");
        if (bound is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("cause", bound.Cause);
            json.WriteNumber("depth", bound.Depth);
            json.WriteNumber("states", bound.States);
            json.WriteEndObject();
        }

        json.WriteString("certificate", evidence.Certificate);
        json.WriteString("solver", evidence.Solver);
        json.WriteString("selection", evidence.Selection);
        json.WriteEndObject();
    }

    private static void WriteTrace(Utf8JsonWriter json, Decision decision, Report? report)
    {
        json.WritePropertyName("trace");
        if (report?.Trace is not { } trace)
        {
            json.WriteNullValue();
            return;
        }

        var model = report.Instance.Model;
        json.WriteStartObject();
        json.WriteString("replay", string.Join(' ', decision.ReplayCommand(report, Replay.Encode(new Interpreter(model), trace))));
        json.WriteStartArray("steps");
        foreach (var step in Narration.Of(model, trace).Steps)
        {
            json.WriteStartObject();
            json.WriteString("actor", step.Actor);
            json.WriteString("step", step.Name);
            json.WriteStartArray("changes");
            foreach (var change in step.Changes)
            {
                json.WriteStringValue(change.ToString());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
