using System.Text.RegularExpressions;

namespace Verify.Tests.Tidy;

/// <summary>Comments and messages are plain English: a summary names a thing, and agents have names.</summary>
public sealed partial class ProseTests
{
    /// <summary>Files or folders whose text is not covered, each with the kind of text and the reason.</summary>
    private static readonly (string Path, WordsKind? Kind, string Reason)[] Exceptions =
    [
        ("proofs/", WordsKind.Literal,
            "claims have the words of the discussion, and names of conjuncts are part of certificates"),
        ("models/Textbook/DiningPhilosophers.cs", WordsKind.Literal, "the name of a property is part of the model's digest"),
        ("tests/Verify.Tests/Textbook/", WordsKind.Literal, "quotes the name of that property"),
        ("tests/Verify.Tests/Tidy/ProseTests.cs", null, "contains the patterns"),
    ];

    [Fact]
    public void A_summary_names_the_thing()
    {
        var wrong = Sources()
            .Where(source => source.Words.Kind == WordsKind.Documentation && IsSummary().IsMatch(source.Before + source.Words.Text))
            .Where(source => RelativeClause().IsMatch(source.Words.Text.Replace("<summary>", "", StringComparison.Ordinal)))
            .Select(source => $"{source.File}({source.Words.Line}): name the thing, then say what it does: {source.Words.Text}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Comments_and_messages_use_plain_words()
    {
        var wrong = from source in Sources()
                    from Match match in Unclear().Matches(source.Words.Text)
                    let place = $"{source.File}({source.Words.Line})"
                    select $"{place}: '{match.Value}' is unclear; name the agent or the fact: {source.Words.Text}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_exception_is_needed() => Assert.All(Exceptions, exception =>
        Assert.Contains(Repository.FilesWith(".cs"), file => file.StartsWith(exception.Path, StringComparison.Ordinal)
            && SourceWords.Of(Repository.Text(file)).Any(words =>
                (exception.Kind is null || words.Kind == exception.Kind) && Unclear().IsMatch(words.Text))));

    [Theory]
    [InlineData("var s = $\"a {x.Join(\", \", y)} b\"; // c", "a … b", "c")]
    [InlineData("/// <summary>d</summary>\nvar s = @\"e\"\"f\";", "<summary>d</summary>", "ef")]
    [InlineData("var c = '\"'; var s = \"\"; var t = \"g \\\" h\"; // i", "g   h", "i")]
    [InlineData("var s = $$\"\"\"\n  j {k} {{l(\"m\")}}\n  \"\"\";", "m", "j {k} …")]
    public void Text_is_told_from_code_by_its_quotes_and_slashes(string code, params string[] expected) =>
        Assert.Equal(expected, SourceWords.Of(code).Select(words => words.Text).Where(text => text != ","));

    // Each item has the line before it, because a summary may start on a line of its own.
    private static IEnumerable<(string File, string Before, Words Words)> Sources() =>
        from file in Repository.FilesWith(".cs")
        let all = SourceWords.Of(Repository.Text(file))
        from i in Enumerable.Range(0, all.Count)
        let words = all[i]
        where !Exceptions.Any(exception => file.StartsWith(exception.Path, StringComparison.Ordinal)
            && (exception.Kind is null || exception.Kind == words.Kind))
        select (file, i > 0 && all[i - 1].Text == "<summary>" ? "<summary>" : "", words);

    [GeneratedRegex("^<summary>.")]
    private static partial Regex IsSummary();

    [GeneratedRegex("^(What|Who|Whose|Whoever|Whether|How|Somebody|Nobody|Everybody|Anybody|Everything that)\\b")]
    private static partial Regex RelativeClause();

    [GeneratedRegex(
        @"\b(somebody|nobody|everybody|anybody|whoever|told|for ever|to be had|makes? no sense|c[oa]me by|as it were)\b"
        + @"|(?<!\bthere )\bis no (?!longer\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Unclear();
}
