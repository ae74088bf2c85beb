using System.Globalization;
using Verify.Language;
using Verify.Language.Printing;
using Verify.Modelling;
using Verify.Models.Parts;

namespace Verify.Tests.Language;

/// <summary>A file that is damaged anywhere is read to its end: it gives diagnostics or a model, and never an exception.</summary>
public sealed class MutatedTextTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "(", ")", "[", "]", ",", ":", "=", "==", "=>", "&&", "||", "!", "*", "->", ".", "..", "?", "~>", "\"", "`", "//", "/*",
        "*/",
        "-", "0", "99999999999", "none", "some", "all", "as", "at", "forall", "exists", "count", "in", "when", "step", "rule", "thread",
        "if", "else", "while", "either", "or", "goto", "label", "never", "branch", "with", "unless", "fault", "claim", "always", "mark",
        "record", "enum", "local", "shows", "fair", "by", "from", "of", "size", "\u0000", "\ud800", "é", "\n", "\t", "#", ";",
    ];

    [Fact]
    public void A_damaged_file_is_read_to_its_end()
    {
        var asked = Environment.GetEnvironmentVariable("LAW_COUNT");
        var number = int.TryParse(asked, CultureInfo.InvariantCulture, out var count) ? count : 4000;
        var texts = Repository.FilesWith(ProtocolFile.Ending).Select(Repository.Text).ToList();
        Assert.NotEmpty(texts);
        var random = new Prng(2026);
        for (var i = 0; i < number; i++)
        {
            var text = texts[random.Below(texts.Count)];
            for (var changes = 1 + random.Below(4); changes > 0; changes--)
            {
                text = Damaged(text, random);
            }

            Read(text);
        }
    }

    [Fact]
    public void A_file_that_ends_anywhere_is_read()
    {
        foreach (var text in Repository.FilesWith(ProtocolFile.Ending).Select(Repository.Text))
        {
            for (var end = 0; end < text.Length; end += 7)
            {
                Read(text[..end]);
            }
        }
    }

    private static void Read(string text)
    {
        try
        {
            var file = ProtocolFile.Parse("m.verify", text, () => HardwareParts.All);
            var mistakes = file.MistakesOf(Choices.Default with { Sizes = Choices.Default.Sizes });
            Assert.All(mistakes, one => Assert.NotNull(one.Diagnostic.Where));
            if (file.Mistakes.IsEmpty)
            {
                var once = Formatter.Format("m.verify", text);
                Assert.Equal(once, Formatter.Format("m.verify", once));
            }
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{e.Message}\n{text}", e);
        }
    }

    private static string Damaged(string text, Prng random)
    {
        var at = random.Below(text.Length + 1);
        var length = Math.Min(random.OneIn(4) ? random.Below(60) : random.Below(4), text.Length - at);
        return random.Below(4) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Pieces[random.Below(Pieces.Length)]),
            2 => text.Remove(at, length).Insert(at, $" {Pieces[random.Below(Pieces.Length)]} "),
            _ => text.Insert(random.Below(text.Length + 1), text.Substring(at, length)),
        };
    }
}
