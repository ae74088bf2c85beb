using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Traces;

namespace Verify.Cli.Output;

/// <summary>
/// Writes results as JSON for programs: one object <c>{tool, schema, results}</c>, specified by
/// <c>src/docs/results.schema.json</c>. A property without a value is null, never omitted; the order of properties is fixed.
/// </summary>
internal static class ResultJson
{
    /// <summary>The version of the schema. It grows when a property goes or changes its meaning, not when one is added.</summary>
    public const int Schema = 1;

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

        /// <summary>The reasons why the result is not as expected or proves nothing, one line each.</summary>
        public ImmutableArray<string> Problems { get; init; } = [];

        /// <summary>The claim's explanation of this result; null if it has none, or if it explains another result.</summary>
        public string? Finding { get; init; }

        /// <summary>The limits of the result, one line each.</summary>
        public IEnumerable<string> Limits { get; init; } = Report is null ? [] : Output.Limits.Of(Report, Claim);

        /// <summary>The reason why there is no report; null if there is one.</summary>
        public string? Reason { get; init; }

        /// <summary>The error in the claim or its model; null if there is none.</summary>
        public Diagnostic? Failure { get; init; }

        /// <summary>The run to an undefined state of the model; null if there is none.</summary>
        public UndefinedRun? Run { get; init; }

        /// <summary>The features, faults and assumptions of another instance that change nothing in its model.</summary>
        public IEnumerable<string> Idle { get; init; } = [];

        /// <summary>The invariant that the search found, in C#; omitted if there is none.</summary>
        public string? Invariant { get; init; }
    }

    /// <summary>The results of an outcome; those with an assumption dropped follow the claim's own.</summary>
    public static IEnumerable<Entry> EntriesOf(Outcome outcome) => outcome.Report is { } report
        ? EntriesOf(report)
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
    public static IEnumerable<Entry> EntriesOf(ClaimReport report) => report.Dropped
        .Select(dropped => WithoutAssumption(report, dropped.Assumption, dropped.Report)).Prepend(Own(report));

    /// <summary>Writes the outcomes of claims.</summary>
    public static void Write(TextWriter output, IEnumerable<Outcome> outcomes) => Write(output, outcomes.SelectMany(EntriesOf));

    /// <summary>Writes results.</summary>
    public static void Write(TextWriter output, IEnumerable<Entry> entries) => Document(output, json =>
    {
        WriteTool(json);
        WriteResults(json, entries);
    });

    /// <summary>Writes the outcome of a gate: the results, the certificates and a summary.</summary>
    public static void Write(TextWriter output, GateOutcome gate) => Document(output, json =>
    {
        WriteTool(json);
        WriteResults(json, gate.Outcomes.SelectMany(EntriesOf));
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
    public static void WriteCertificates(Utf8JsonWriter json, IEnumerable<CheckedCertificate> certificates) =>
        Array(json, "certificates", certificates, (_, one) =>
        {
            json.WriteString("file", one.File);
            json.WriteBoolean("asExpected", one.ExitCode == ExitCode.AsExpected);
            json.WriteString("result", one.Failure?.ToString() ?? one.Line);
            WriteStrings(json, "solvers", one.Solvers);
            WriteStrings(json, "problems", one.Problems);
        });

    /// <summary>Begins a document: the tool that writes it, and the version of the schema.</summary>
    public static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteString("tool", ToolVersion.Text);
        json.WriteNumber("schema", Schema);
    }

    /// <summary>Writes an array of texts.</summary>
    internal static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an array of objects.</summary>
    internal static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResults(Utf8JsonWriter json, IEnumerable<Entry> entries) => Array(json, "results", entries, WriteResult);

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
                Finding = claim.Finding,
                Reason = ((Expectation.Pending)claim.Expected).Reason,
            }
            : new Entry(claim, main.Instance.Choices, main)
            {
                Expected = report.IsExpected ? claim.Expected.Word : null,
                IsAsExpected = report.IsExpected ? report.IsAsExpected : null,
                Problems = report.Problems,
                Finding = report.Finding,
                Idle = report.IsOwn ? [] : report.Idle,
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
        json.WriteString("claim", entry.Claim.Id);
        json.WriteString("instance", entry.Instance);
        json.WriteString("property", entry.Claim.Property);
        json.WriteString("expected", entry.Expected);
        json.WriteString("verdict", report?.Verdict.Word ?? "unknown");
        WriteTruth(json, "asExpected", entry.IsAsExpected);
        WriteStrings(json, "problems", entry.Problems);
        json.WriteString("sentence", entry.Claim.Sentence);
        WriteStrings(json, "sources", entry.Claim.Sources.IsDefault ? [] : entry.Claim.Sources.Select(source => source.ToString()));
        json.WriteString("finding", entry.Finding);
        WriteStrings(json, "limits", entry.Limits);
        json.WriteString("engine", report?.Engine);
        EvidenceJson.Write(json, report, entry.Reason);
        EvidenceJson.WriteCounts(json, report);
        WriteStrings(json, "assumptions", entry.Choices.Assumptions);
        if (entry.Idle.ToList() is { Count: > 0 } idle)
        {
            WriteStrings(json, "changesNothing", idle);
        }

        WriteTrace(json, entry.Claim, report);
        WriteError(json, entry);
        json.WriteNumber("seconds", Math.Round(report?.ElapsedSeconds ?? 0, 3));
        if (entry.Invariant is { } invariant)
        {
            json.WriteString("invariant", invariant);
        }
    }

    /// <summary>Writes a truth value, or null for none.</summary>
    internal static void WriteTruth(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } known)
        {
            json.WriteBoolean(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a number, or null for none.</summary>
    internal static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteTrace(Utf8JsonWriter json, Claim claim, Report? report)
    {
        json.WritePropertyName("trace");
        if (report?.CheckedTrace is not { } trace)
        {
            json.WriteNullValue();
            return;
        }

        WriteRun(json, claim, trace.Trace, Narration.Of(trace), CommandText.Replay(claim, report.Instance, trace.Encoded),
            report.Minimal?.ToString().ToLowerInvariant());
    }

    private static void WriteRun(
        Utf8JsonWriter json, Claim claim, Trace trace, Narration narration, IReadOnlyList<string>? replay, string? minimal)
    {
        var names = Legend.Of(narration.Names, narration.Processors, claim.Family);
        json.WriteStartObject();
        json.WriteString("replay", replay is null ? null : string.Join(' ', replay));
        WriteStrings(json, "start", narration.Start.Select(change => change.ToString()));
        WriteNumber(json, "loopStart", trace.LoopStart);
        json.WriteString("minimal", minimal);
        json.WriteStartArray("steps");
        foreach (var step in narration.Steps)
        {
            json.WriteStartObject();
            json.WriteString("actor", step.Actor);
            json.WriteString("step", step.Name);
            json.WriteString("way", step.Way);
            WriteStrings(json, "sees", step.Sees);
            WriteStrings(json, "changes", step.Changes.Select(change => change.ToString()));
            WriteStrings(json, "sources", step.Sources.Select(source => source.ToString()));
            if (step.Trouble is not null)
            {
                json.WriteBoolean("undefined", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteWhy(json, narration.Why);
        WriteStrings(json, "waiting", narration.Waiting);
        WriteStrings(json, "names", names);
        if (!narration.Idle.IsEmpty)
        {
            WriteStrings(json, "neverTaken", narration.Idle);
        }

        if (!narration.Notes.IsEmpty)
        {
            WriteStrings(json, "notes", narration.Notes);
        }

        json.WriteEndObject();
    }

    private static void WriteWhy(Utf8JsonWriter json, Explanation? why)
    {
        if (why is null)
        {
            json.WriteNull("why");
            return;
        }

        json.WriteStartObject("why");
        json.WriteBoolean("holds", why.IsTrue);
        WriteStrings(json, "for", why.For);
        json.WriteString("part", why.Part);
        WriteStrings(json, "values", why.Values);
        json.WriteEndObject();
    }

    /// <summary>Writes the error that kept a command from any result.</summary>
    public static void WriteFailure(TextWriter output, Diagnostic failure) => Document(output, json =>
    {
        WriteTool(json);
        WriteError(json, failure);
    });

    /// <summary>Writes an error, or null for none.</summary>
    internal static void WriteError(Utf8JsonWriter json, Diagnostic? failure)
    {
        if (failure is null)
        {
            json.WriteNull("error");
            return;
        }

        json.WriteStartObject("error");
        WriteDiagnostic(json, failure);
        json.WriteEndObject();
    }

    private static void WriteDiagnostic(Utf8JsonWriter json, Diagnostic failure)
    {
        json.WriteString("code", failure.Code.Id);
        json.WriteString("message", failure.Message);
        json.WriteString("hint", failure.Hint);
        json.WriteString("file", failure.Where?.File);
        WriteNumber(json, "line", failure.Where?.Line);
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
        WriteDiagnostic(json, failure);
        json.WritePropertyName("trace");
        if (entry.Run is { } run)
        {
            WriteRun(json, entry.Claim, run.Trace, Narration.Of(run), run.Instance is { } instance
                ? CommandText.Replay(entry.Claim, instance, Replay.Encode(run.Interpreter, run.Trace))
                : null, minimal: null);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }
}
