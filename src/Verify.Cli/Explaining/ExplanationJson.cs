using System.Text.Json;
using Verify.Cli.Output;
using Verify.Explain.Asking;
using Verify.Explain.Assumptions;
using Verify.Explain.Blame;
using Verify.Explain.Danger;
using Verify.Explain.Mutations;
using Verify.Rendering;

namespace Verify.Cli.Explaining;

/// <summary>Writes what a verdict rests on as JSON, specified by <c>src/docs/explanation.schema.json</c>.</summary>
internal static class ExplanationJson
{
    /// <summary>Writes an explanation.</summary>
    public static void Write(TextWriter output, ClaimExplanation of) => ResultJson.Document(output, json =>
    {
        ResultJson.WriteTool(json);
        json.WriteString("claim", of.Claim.Id);
        json.WriteString("sentence", of.Claim.Sentence);
        json.WriteString("instance", of.Main.Instance.ToString());
        json.WriteString("property", of.Main.Property.Name);
        json.WriteString("verdict", of.Main.Verdict.Word);
        ResultJson.WriteStrings(json, "problems", of.Problems);
        json.WriteNumber("decisions", of.Decisions);
        json.WriteNumber("seconds", Math.Round(of.Seconds, 3));
        Object(json, "assumptions", of.Cores, cores => Write(json, of, cores));
        Array(json, "steps", of.Steps, step => Write(json, step));
        Object(json, "nearestMiss", of.Miss, miss => Write(json, miss));
        Object(json, "blame", of.Blame, blame => Write(json, blame));
    });

    private static void Write(Utf8JsonWriter json, ClaimExplanation of, AssumptionCores cores)
    {
        json.WriteNumber("sets", cores.Sets);
        json.WriteNumber("decisions", cores.Decisions);
        Array(json, "each", cores.All, one =>
        {
            json.WriteString("name", one.Name);
            json.WriteString("enforcedBy", one.EnforcedBy);
            json.WriteString("needed", ExplanationTables.Needed(of, cores, one));
            json.WriteNumber("minimalSets", cores.Needing(one));
            ResultJson.WriteStrings(json, "impliedBy", of.Implied.Where(pair => pair.Assumption == one).Select(pair => pair.By.Name));
        });
        foreach (var (name, sets) in new[]
        {
            ("holding", cores.Holding), ("failing", cores.Failing), ("open", cores.Open), ("exceptions", cores.Exceptions),
        })
        {
            Array(json, name, sets, set =>
            {
                ResultJson.WriteStrings(json, "assumptions", set.Assumptions.Select(one => one.Name));
                Write(json, set.Answer);
                json.WriteBoolean("mayBeSmaller", set.IsOpen);
            });
        }
    }

    private static void Write(Utf8JsonWriter json, StepReport step)
    {
        json.WriteString("step", step.Step);
        json.WriteBoolean("ofThread", step.IsOfThread);
        json.WriteBoolean("loadBearing", step.IsLoadBearing);
        json.WriteBoolean("matters", step.Matters);
        Array(json, "changes", step.Answers, one =>
        {
            json.WriteString("change", one.Mutation.Text);
            Write(json, one.Answer);
        });
    }

    private static void Write(Utf8JsonWriter json, NearestMiss miss)
    {
        ResultJson.WriteStrings(json, "conditions", miss.Conditions);
        ResultJson.WriteStrings(json, "missing", miss.Missing);
        json.WriteNumber("steps", miss.Trace.Trace.Length);
        json.WriteString("trace", miss.Trace.Encoded);
    }

    private static void Write(Utf8JsonWriter json, TraceBlame blame)
    {
        Array(json, "steps", blame.Steps, step =>
        {
            WriteName(json, step.Name);
            json.WriteNumber("earliest", step.Earliest);
            json.WriteNumber("latest", step.Latest);
            WriteNumber("after", step.After);
            WriteNumber("before", step.Before);
            json.WriteBoolean("needed", !step.IsIdle);
        });
        Array(json, "prevention", blame.Rescues, one =>
        {
            WriteName(json, one.Name);
            json.WriteNumber("before", one.Before);
            json.WriteBoolean("tooLate", one.IsLate);
            json.WriteBoolean("restIsPossible", one.IsRestPossible);
        });
        json.WriteString("safeTrace", blame.Safe?.Encoded);

        void WriteNumber(string name, int? number)
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
    }

    private static void WriteName(Utf8JsonWriter json, StepName name)
    {
        json.WriteString("step", name.Name);
        json.WriteString("actor", name.Actor);
    }

    private static void Write(Utf8JsonWriter json, Answer answer)
    {
        json.WriteString("answer", $"{answer.Kind}".ToLowerInvariant());
        json.WriteString("text", answer.Text);
        json.WriteString("trace", answer.Trace?.Encoded);
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> body) =>
        ResultJson.Array(json, name, items, (_, item) => body(item));

    private static void Object<T>(Utf8JsonWriter json, string name, T? item, Action<T> body) where T : class
    {
        if (item is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        body(item);
        json.WriteEndObject();
    }
}
