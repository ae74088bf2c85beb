using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Snapshots;

namespace Verify.Tests.Docs;

/// <summary>
/// The reference of the language: the words with their documentation, after an example that says them and is decided here.
/// <c>SNAPSHOTS=update</c> writes it.
/// </summary>
public sealed partial class LanguagePage
{
    private const string Source = "tests/Verify.Tests/Docs/LanguageExamples.cs";

    private static readonly Lazy<Dictionary<string, string>> Documentation = new(() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Verify.Core.xml")).Descendants("member")
            .Select(member => (Name: member.Attribute("name")!.Value, Text: TextOf(member.Element("summary"))))
            .Where(member => member.Text.Length > 0)
            .GroupBy(member => KeyOf(member.Name))
            .ToDictionary(group => group.Key, group => group.First().Text, StringComparer.Ordinal));

    /// <summary>The examples in the order of the file: heading, text, name and code.</summary>
    private static IReadOnlyList<(string Heading, string Text, string Name, string Code)> Examples { get; } =
    [
        .. Example().Matches(Repository.Text(Source).ReplaceLineEndings("\n")).Select(match =>
        {
            var said = string.Join(' ', match.Groups["said"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Trim()[2..].Trim()));
            var end = said.IndexOf(". ", StringComparison.Ordinal);
            var whole = match.Groups["code"].Value.TrimEnd('\n').Split('\n');
            // Of a method, its body: it stands for the body of Describe.
            var (lines, indent) = whole[0].Contains(" void ", StringComparison.Ordinal) ? (whole[2..^1], 8) : (whole, 4);
            var code = string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
            return (said[..end], said[(end + 2)..], match.Groups["name"].Value, code);
        }),
    ];

    public static TheoryData<string> Methods => [.. Examples.Where(example => example.Name != nameof(LanguageExamples.Choosing))
        .Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_example_comes_to_what_its_properties_say(string name)
    {
        var m = new ModelBuilder(name);
        typeof(LanguageExamples).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [m]);
        Decide(m.Build());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("down", "small")]
    public void The_family_of_the_examples_comes_to_what_its_properties_say(string feature, string profile)
    {
        var choices = Choices.Default with { Profile = profile.Length > 0 ? profile : null };
        Decide(new LanguageExamples.Choosing().Build(feature.Length > 0 ? choices.With(LanguageExamples.Choosing.Down) : choices));
        Assert.Throws<Verify.Traces.UndefinedException>(() =>
            Decide(new LanguageExamples.Choosing().Build(Choices.Default.With(LanguageExamples.Choosing.Overflow))));
    }

    [Fact]
    public void The_page_shows_every_word_in_an_example()
    {
        var words = LanguageTests.WordsOfAuthors.Select(Plain).Except(OfHosts).ToList();
        var page = new StringBuilder();
        page.AppendLine("# Words").AppendLine();
        page.AppendLine("""
            This page is generated from the documentation in `Verify.Core` and from examples that the tests run: each property comes to
            what its name says. [Modelling](modelling.md) is the introduction. An example is the body of `Describe`, in a file with
            `using Verify.Modelling;` and `using static Verify.Modelling.Dsl;`.
            """);
        var left = words.ToHashSet(StringComparer.Ordinal);
        foreach (var (heading, text, _, code) in Examples)
        {
            var shown = words.Where(word => left.Contains(word) && Says(code, word)).ToList();
            left.ExceptWith(shown);
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {heading}").AppendLine();
            page.AppendLine(Wrapped(text)).AppendLine();
            page.AppendLine("```csharp").AppendLine(code).AppendLine("```").AppendLine();
            page.AppendLine("| word | means |").AppendLine("|---|---|");
            foreach (var word in shown)
            {
                page.AppendLine(CultureInfo.InvariantCulture, $"| `{Shown(word)}` | {Documentation.Value.GetValueOrDefault(word, "")} |");
            }
        }

        Assert.Empty(left);
        Assert.All(words, word => Assert.Contains(word, Documentation.Value.Keys));
        Snapshot.MatchesPage("src/docs/words.md", page.ToString().ReplaceLineEndings("\n"));
    }

    private static void Decide(Model model)
    {
        foreach (var property in model.Properties)
        {
            var verdict = new ExplicitEngine().Decide(model, property, EngineOptions.Default);
            Assert.StartsWith($"{verdict.Word}:", property.Name, StringComparison.Ordinal);
        }
    }

    // The letter before the dot tells a step (s), a program (t) and a model (m) apart, whose words are partly the same.
    private static bool Says(string code, string word)
    {
        var (type, name) = (word.Split('.')[0], word.Split('.')[1]);
        return Regex.IsMatch(code, (type, name) switch
        {
            (_, "implicit") => "",
            (_, "this") => @"\w\[",
            (_, "new") => $@"\bnew {type}\(",
            (_, "op_LogicalNot") => @"!\w",
            _ when Operators.TryGetValue(name, out var sign) => $" {Regex.Escape(sign)} ",
            ("Dsl", _) => $@"(?<![.\w]){name}\b",
            ("Sort", _) => $@"\bSort\.{name}\b",
            ("ModelBuilder", _) => $@"\bm\.{name}\b",
            ("ThreadBuilder", _) => $@"\bt\.{name}\b",
            ("StepBuilder", _) => $@"(\bs|\)|\s)\.{name}\b",
            _ => $@"[\w)\]]\.{name}\b",
        });
    }

    // Those who build a model without a family, as tests do, say these too.
    private static readonly string[] OfHosts = ["ModelBuilder.new", "ModelBuilder.Build", "ModelBuilder.Variables"];

    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["op_Addition"] = "+",
        ["op_Subtraction"] = "-",
        ["op_BitwiseAnd"] = "&",
        ["op_BitwiseOr"] = "|",
        ["op_LogicalNot"] = "!",
        ["op_Equality"] = "==",
        ["op_Inequality"] = "!=",
        ["op_LessThan"] = "<",
        ["op_LessThanOrEqual"] = "<=",
        ["op_GreaterThan"] = ">",
        ["op_GreaterThanOrEqual"] = ">=",
    };

    private static string Shown(string word) => (word.Split('.')[0], word.Split('.')[1]) switch
    {
        (_, "op_LogicalNot") => "!x",
        (_, var name) when Operators.TryGetValue(name, out var sign) => $"x {sign} y".Replace("|", "\\|", StringComparison.Ordinal),
        (_, "this") => "x[…]",
        (_, "implicit") => "true, 3, Mode.Idle",
        ("Dsl", var name) => name,
        (var type, "new") => $"new {type}(…)",
        (var type, var name) => $"{type}.{name}",
    };

    // StepBuilder.When(Expr) and StepBuilder.get_When() are StepBuilder.When.
    private static string Plain(string word) => Usual(word.Split('(')[0].Replace(".get_", ".", StringComparison.Ordinal));

    // M:Verify.Modelling.StepBuilder.When(…) is StepBuilder.When.
    private static string KeyOf(string member) =>
        Usual(member[2..].Split('(')[0].Split("``")[0].Replace("Verify.Modelling.", "", StringComparison.Ordinal));

    private static string Usual(string name) => name
        .Replace(".Item", ".this", StringComparison.Ordinal)
        .Replace("..ctor", ".new", StringComparison.Ordinal)
        .Replace(".#ctor", ".new", StringComparison.Ordinal)
        .Replace("op_Implicit", "implicit", StringComparison.Ordinal);

    private static string TextOf(XElement? summary)
    {
        var parts = summary?.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('(')[0].Split('.')[^1]}`",
            XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement other => other.Value,
            XText text => text.Value,
            _ => "",
        });
        return string.Join(' ', string.Concat(parts ?? []).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Wrapped(string text)
    {
        var lines = new StringBuilder();
        var column = 0;
        foreach (var word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > 120)
            {
                lines.Append('\n');
                column = 0;
            }

            lines.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + (column > 0 ? 1 : 0);
        }

        return lines.ToString();
    }

    [GeneratedRegex(@"\n(?<said>(?:    // .*\n)+)(?<code>    internal (?:static void|sealed class) (?<name>\w+)\("
        + @".*\n    \{\n(?:.*\n)*?    \}\n)")]
    private static partial Regex Example();
}
