using System.Text.Encodings.Web;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Traces;

namespace Verify.Cli.Output;

/// <summary>
/// Writes results as JSON for programs: one object <c>{tool, results}</c>. A property without a value is null, never
/// omitted; the order of properties is fixed.
/// </summary>
internal static class ResultJson
{
    /// <summary>Indented; characters are not escaped for browsers.</summary>
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One result.</summary>
    /// <param name="Claim">The claim.</param>
    /// <param name="Choices">The instance of the result.</param>
    /// <param name="Report">The decision; null if the claim is pending or has an error.</param>
    public sealed record Entry(Claim Claim, Choices Choices, Report? Report)
    {
        /// <summary>The instance in one line.</summary>
        public string Instance { get; init; } = Modelling.Instance.Describe(Claim.Family, Choices);

        /// <summary>The expected verdict; null if none is expected.</summary>
        public string? Expected { get; init; }

        /// <summary>True if the result is as expected; null if nothing is expected.</summary>
        public bool? IsAsExpected { get; init; }

        /// <summary>The reason why there is no report; null if there is one.</summary>
        public string? Reason { get; init; }

        /// <summary>The error in the claim or its model; null if there is none.</summary>
        public Diagnostic? Failure { get; init; }

        /// <summary>The run to an undefined state of the model; null if there is none.</summary>
        public UndefinedRun? Run { get; init; }

        /// <summary>The invariant that the search found, in C#; omitted if there is none.</summary>
        public string? Invariant { get; init; }
    }

    /// <summary>The results of an outcome; those with an assumption dropped follow the claim's own.</summary>
    public static IEnumerable<Entry> Of(Outcome outcome) => outcome.Report is { } report
        ? Of(report)
        : [
            new Entry(outcome.Claim, outcome.Choices, null)
            {
                Expected = outcome.Claim.Expected.Word,
                IsAsExpected = false,
                Reason = outcome.Failure!.Message,
                Failure = outcome.Failure,
                Run = outcome.Run,
            },
        ];

    /// <summary>The results of a report; those with an assumption dropped follow the claim's own.</summary>
    public static IEnumerable<Entry> Of(ClaimReport report) => report.Dropped
        .Select(dropped => WithoutAssumption(report, dropped.Assumption, dropped.Report)).Prepend(Own(report));

    /// <summary>Writes the outcomes of claims.</summary>
    public static void Write(TextWriter output, IEnumerable<Outcome> outcomes) => Write(output, outcomes.SelectMany(Of));

    /// <summary>Writes results.</summary>
    public static void Write(TextWriter output, IEnumerable<Entry> entries) => Document(output, json =>
    {
        json.WriteString("tool", ToolVersion.Text);
        WriteResults(json, entries);
    });

    /// <summary>Writes the outcome of a gate: the results, the certificates and a summary.</summary>
    public static void Write(TextWriter output, GateOutcome gate) => Document(output, json =>
    {
        json.WriteString("tool", ToolVersion.Text);
        WriteResults(json, gate.Outcomes.SelectMany(Of));
        WriteCertificates(json, gate.Certificates);
        json.WriteStartObject("gate");
        json.WriteString("sentence", Summary.Of(gate));
        json.WriteNumber("exitCode", ExitCode.Of(gate));
        json.WriteNumber("claims", gate.Asked);
        json.WriteNumber("lookedAt", gate.Outcomes.Count);
        json.WriteNumber("inError", gate.Outcomes.Count(outcome => outcome.Failure is not null));
        json.WriteNumber("certificates", gate.Certificates.Count);
        json.WriteNumber("certificatesSkipped", gate.Skipped);
        json.WriteEndObject();
    });

    /// <summary>Writes the results of certificates.</summary>
    public static void WriteCertificates(Utf8JsonWriter json, IEnumerable<CheckedCertificate> certificates)
    {
        json.WriteStartArray("certificates");
        foreach (var one in certificates)
        {
            json.WriteStartObject();
            json.WriteString("file", one.File);
            json.WriteBoolean("asExpected", one.ExitCode == ExitCode.AsExpected);
            json.WriteString("result", one.Failure?.ToString() ?? one.Line);
            WriteStrings(json, "solvers", one.Solvers);
            WriteStrings(json, "problems", one.Problems);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteResults(Utf8JsonWriter json, IEnumerable<Entry> entries)
    {
        json.WriteStartArray("results");
        foreach (var entry in entries)
        {
            WriteResult(json, entry);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes one object, followed by a line feed.</summary>
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

    private static Entry Own(ClaimReport report)
    {
        var (claim, main) = (report.Claim, report.Main);
        return main is null
            ? new Entry(claim, report.Choices, null)
            {
                Expected = claim.Expected.Word,
                IsAsExpected = true,
                Reason = ((Expectation.Pending)claim.Expected).Reason,
            }
            : new Entry(claim, main.Instance.Choices, main)
            {
                Expected = report.IsExpected ? claim.Expected.Word : null,
                IsAsExpected = report.IsExpected ? report.IsAsExpected : null,
            };
    }

    private static Entry WithoutAssumption(ClaimReport report, string assumption, Report without)
    {
        var expected = report.ExpectedWithout(assumption);
        return new Entry(report.Claim, without.Instance.Choices, without)
        {
            Expected = expected,
            IsAsExpected = without.Verdict.Word == expected,
        };
    }

    private static void WriteResult(Utf8JsonWriter json, Entry entry)
    {
        var report = entry.Report;
        json.WriteStartObject();
        json.WriteString("claim", entry.Claim.Id);
        json.WriteString("instance", entry.Instance);
        json.WriteString("property", entry.Claim.Property);
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
        WriteEvidence(json, report, entry.Reason);
        WriteStrings(json, "assumptions", entry.Choices.Assumptions);
        WriteTrace(json, entry.Claim, report);
        WriteError(json, entry);
        json.WriteNumber("seconds", Math.Round(report?.ElapsedSeconds ?? 0, 3));
        if (entry.Invariant is { } invariant)
        {
            json.WriteString("invariant", invariant);
        }

        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Report? report, string? reason)
    {
        var verdict = report?.Verdict;
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

        if (evidence.StatesForTheRest is { } rest)
        {
            json.WriteNumber("statesForTheRest", rest);
        }

        WriteLeftOut(json, report, evidence);
        var bound = verdict switch
        {
            Verdict.HoldsUpTo limit => limit.Bound,
            Verdict.Unknown unknown => new ExplorationBound(unknown.Reason, 0, evidence.States),
            _ => reason is null ? null : new ExplorationBound(reason, 0, 0),
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

        WriteChecked(json, evidence.Checked);
        json.WriteString("certificate", evidence.Certificate);
        json.WriteString("solver", evidence.Solver);
        json.WriteString("selection", evidence.Selection);
        json.WriteEndObject();
    }

    // Writes the witnesses and rules that no search covered, if there are any.
    private static void WriteLeftOut(Utf8JsonWriter json, Report? report, Evidence evidence)
    {
        if (evidence.RuleCounts.Contains(Evidence.NotCounted))
        {
            WriteStrings(json, "notCounted", report!.Instance.Model.Rules
                .Where((_, i) => evidence.RuleCounts[i] == Evidence.NotCounted).Select(rule => rule.Name));
        }

        if (report?.NotJudged() is { IsEmpty: false } open)
        {
            WriteStrings(json, "notJudged", open);
        }

        if (!evidence.NotLookedFor.IsEmpty)
        {
            WriteStrings(json, "notLookedFor", evidence.NotLookedFor);
        }
    }

    // Writes the extent of the interpreter's check of a search.
    private static void WriteChecked(Utf8JsonWriter json, Checked? walked)
    {
        if (walked is null)
        {
            json.WriteNull("checked");
            return;
        }

        json.WriteStartObject("checked");
        json.WriteBoolean("whole", walked.IsWhole);
        json.WriteNumber("states", walked.States);
        json.WriteNumber("transitions", walked.Transitions);
        json.WriteNumber("seconds", Math.Round(walked.Seconds, 3));
        json.WriteEndObject();
    }

    private static void WriteTrace(Utf8JsonWriter json, Claim claim, Report? report)
    {
        json.WritePropertyName("trace");
        if (report?.CheckedTrace is not { } trace)
        {
            json.WriteNullValue();
            return;
        }

        WriteRun(json, Narration.Of(trace.Interpreter, trace.Trace), CommandText.Replay(claim, report.Instance, trace.Encoded));
    }

    private static void WriteRun(Utf8JsonWriter json, Narration narration, IReadOnlyList<string>? replay)
    {
        json.WriteStartObject();
        json.WriteString("replay", replay is null ? null : string.Join(' ', replay));
        json.WriteStartArray("steps");
        foreach (var step in narration.Steps)
        {
            json.WriteStartObject();
            json.WriteString("actor", step.Actor);
            json.WriteString("step", step.Name);
            WriteStrings(json, "changes", step.Changes.Select(change => change.ToString()));
            if (step.Trouble is not null)
            {
                json.WriteBoolean("undefined", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!narration.Notes.IsEmpty)
        {
            WriteStrings(json, "notes", narration.Notes);
        }

        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, Entry entry)
    {
        json.WritePropertyName("error");
        if (entry.Failure is not { } failure)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("code", failure.Code.Id);
        json.WriteString("message", failure.Message);
        json.WriteString("hint", failure.Hint);
        json.WriteString("file", failure.Where?.File);
        json.WritePropertyName("line");
        if (failure.Where is { } where)
        {
            json.WriteNumberValue(where.Line);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WritePropertyName("trace");
        if (entry.Run is { } run)
        {
            WriteRun(json, Narration.Of(run), run.Instance is { } instance
                ? CommandText.Replay(entry.Claim, instance, Replay.Encode(run.Interpreter, run.Trace))
                : null);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }
}
