using System.Text.Json;
using Verify.Cli.Running;

namespace Verify.Cli.Output;

/// <summary>Writes a comparison of engines as JSON, specified by <c>src/docs/results.schema.json</c>.</summary>
internal static class ComparisonJson
{
    /// <summary>Writes the outcome.</summary>
    public static void Write(TextWriter output, ComparisonOutcome outcome) => ResultJson.Document(output, json =>
    {
        ResultJson.WriteTool(json);
        json.WriteStartArray("comparisons");
        foreach (var row in outcome.Rows)
        {
            WriteRow(json, row);
        }

        json.WriteEndArray();
        json.WriteStartObject("summary");
        json.WriteString("sentence", outcome.Sentence);
        json.WriteNumber("exitCode", ExitCode.Of(outcome));
        json.WriteNumber("claims", outcome.Asked);
        json.WriteNumber("lookedAt", outcome.Rows.Count);
        json.WriteNumber("compared", outcome.Compared);
        json.WriteNumber("decidedAlike", outcome.Seconded);
        json.WriteNumber("contradicted", outcome.Contradicted);
        json.WriteStartArray("missing");
        foreach (var (engine, reason) in outcome.Missing)
        {
            json.WriteStartObject();
            json.WriteString("engine", engine);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteRow(Utf8JsonWriter json, Comparison row)
    {
        json.WriteStartObject();
        json.WriteString("claim", row.Claim.Id);
        json.WriteString("instance", Modelling.Instance.Describe(row.Claim.Family, row.Claim.Choices));
        json.WriteString("property", row.Claim.Property);
        json.WriteString("model", row.Digest);
        json.WriteString("leftOut", row.LeftOut);
        json.WriteString("contradiction", row.Contradiction);
        ResultJson.WriteError(json, row.Failure);
        json.WriteStartArray("answers");
        foreach (var answer in row.Answers)
        {
            json.WriteStartObject();
            json.WriteString("engine", answer.Engine);
            json.WriteString("answer", answer.Word);
            json.WriteBoolean("decided", answer.IsDecided);
            json.WriteString("verdict", answer.Report?.Verdict.Word);
            ResultJson.WriteNumber(json, "steps", answer.Report?.Trace?.Length);
            json.WriteString("notAsked", answer.NotAsked);
            ResultJson.WriteError(json, answer.Failure);
            json.WriteNumber("seconds", Math.Round(answer.Seconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
