using System.Text.Json;
using Verify.Claims;
using Verify.Engines;

namespace Verify.Cli.Output;

/// <summary>The evidence of a verdict as JSON: what was searched, and what was counted.</summary>
internal static class EvidenceJson
{
    /// <summary>Writes the evidence of a verdict.</summary>
    public static void Write(Utf8JsonWriter json, Report? report, string? reason)
    {
        var verdict = report?.Verdict;
        var evidence = verdict?.Evidence ?? Evidence.Nothing;
        json.WriteStartObject("evidence");
        json.WriteString("kind", evidence.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("states", evidence.States);
        json.WriteNumber("transitions", evidence.Transitions);
        json.WriteNumber("depth", evidence.Depth);
        json.WriteString("identity", evidence.Kind == EvidenceKind.None ? null : evidence.Identity);
        if (evidence.StatesRepresented is { } stoodFor)
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

    /// <summary>
    /// Writes how often each rule fired, after how many steps each witness was met, and which premises were.
    /// </summary>
    public static void WriteCounts(Utf8JsonWriter json, Report? report)
    {
        var evidence = report?.Verdict.Evidence ?? Evidence.Nothing;
        json.WriteStartArray("rules");
        for (var i = 0; i < evidence.RuleCounts.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", report!.Instance.Model.Rules[i].Name);
            ResultJson.WriteNumber(json, "fired", evidence.RuleCounts[i] == Evidence.NotCounted ? null : evidence.RuleCounts[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("witnesses");
        foreach (var witness in evidence.Witnesses)
        {
            json.WriteStartObject();
            json.WriteString("name", witness.Property);
            ResultJson.WriteNumber(json, "depth", witness.Depth);
            json.WriteBoolean("trigger", witness.IsTrigger);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("premises");
        foreach (var (premise, isMet) in report?.Premises ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", premise.Subject);
            ResultJson.WriteTruth(json, "met", isMet);
            json.WriteString("never", premise.Never);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Writes the witnesses and rules that no search covered, if there are any.
    private static void WriteLeftOut(Utf8JsonWriter json, Report? report, Evidence evidence)
    {
        if (evidence.RuleCounts.Contains(Evidence.NotCounted))
        {
            ResultJson.WriteStrings(json, "notCounted", report!.Instance.Model.Rules
                .Where((_, i) => evidence.RuleCounts[i] == Evidence.NotCounted).Select(rule => rule.Name));
        }

        if (report?.NotJudged() is { IsEmpty: false } open)
        {
            ResultJson.WriteStrings(json, "notJudged", open);
        }

        if (!evidence.NotLookedFor.IsEmpty)
        {
            ResultJson.WriteStrings(json, "notLookedFor", evidence.NotLookedFor);
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
}
