using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Rendering;

namespace Verify.Cli.Output;

/// <summary>
/// The page that the results of one command are printed on: wrapped lines, and no list twice. A list that an earlier
/// result has printed is replaced by the claim of that result.
/// </summary>
internal sealed class ResultPage(Terminal terminal)
{
    private const int Indent = 2;

    private readonly Dictionary<string, string> printed = new(StringComparer.Ordinal);

    /// <summary>The terminal.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <summary>Prints the first line of a result: the claim, the verdict and what the verdict is about.</summary>
    public void Head(string id, string word, Paint paint, string about = "")
    {
        var start = $"{id}  {word}";
        foreach (var line in TextWrap.Lines(start + about))
        {
            Line(line.StartsWith(start, StringComparison.Ordinal)
                ? $"{Terminal.Paint(id, Paint.Bold)}  {Terminal.Paint(word, paint)}{line[start.Length..]}"
                : line);
        }
    }

    /// <summary>Prints a line as it is.</summary>
    public void Line(string text) => Terminal.Out.WriteLine(text);

    /// <summary>Prints a wrapped text.</summary>
    public void Text(string text, Paint paint = Paint.None) => Wrapped(text, Indent, paint);

    /// <summary>Prints an entry of a list.</summary>
    public void Item(string text) => Wrapped($"- {text}", Indent + 2, Paint.None);

    /// <summary>
    /// Prints the reasons why a result is not as expected or, for an instance without an expectation, says less than its
    /// verdict; nothing if there are none.
    /// </summary>
    public void Problems(IReadOnlyCollection<string> problems, bool isExpected = true)
    {
        if (problems.Count > 0)
        {
            Text(isExpected ? "not as expected:" : "problems:", Paint.Red);
            foreach (var problem in problems)
            {
                Item($"PROBLEM {problem}");
            }

            if (problems.Any(IsIdle))
            {
                Text("hint: if that cannot happen here, say why with never \"…\", or .Never(…) in C#; "
                    + "else the model lacks what leads to it");
            }
        }
    }

    private static bool IsIdle(string problem) =>
        problem.StartsWith("vacuous: ", StringComparison.Ordinal)
        && (problem.EndsWith("never fires", StringComparison.Ordinal) || problem.EndsWith("never taken", StringComparison.Ordinal));

    /// <summary>Prints the limits of a result.</summary>
    public void Limits(Claim claim, IEnumerable<string> limits) => List(claim.Id, "does not cover:", [.. limits]);

    /// <summary>Prints the finding of a claim, if there is one, and its sources.</summary>
    public void Sources(Claim claim, string? finding)
    {
        if (finding is not null)
        {
            Text(printed.TryAdd(finding, claim.Id) ? $"finding: {finding}" : $"finding: as for {printed[finding]}");
        }

        List(claim.Id, "claimed or disputed:", [.. claim.Sources.IsDefault ? [] : claim.Sources.Select(source => $"{source}")]);
    }

    private void List(string id, string heading, string[] items)
    {
        if (items.Length == 0)
        {
            return;
        }

        var whole = string.Join('\n', items.Prepend(heading));
        if (!printed.TryAdd(whole, id))
        {
            Text($"{heading} as for {printed[whole]}");
            return;
        }

        Text(heading);
        foreach (var item in items)
        {
            Item(item);
        }
    }

    private void Wrapped(string text, int indent, Paint paint)
    {
        foreach (var line in TextWrap.Lines(text, TextWrap.Width, indent))
        {
            var margin = line.Length - line.TrimStart().Length;
            Line($"{line[..margin]}{Terminal.Paint(line[margin..], paint)}");
        }
    }
}
