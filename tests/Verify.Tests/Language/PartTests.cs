using Verify.Engines;
using Verify.Explicit;
using Verify.Language;
using Verify.Language.Parts;
using Verify.Language.Printing;
using Verify.Modelling;
using Verify.Models.Munmap;
using Verify.Models.Parts;
using Verify.Tests.Cli;

namespace Verify.Tests.Language;

/// <summary>The parts of the hardware that protocol files use are those of the C# models, and are documented as they are.</summary>
public sealed class PartTests
{
    private const string Sorts = """
        model m "a model"
        processors cpu = 2
        identities va = 2
        identities frame = 2

        """;

    private const string Tail = "\nalways A: true\n";

    private static readonly string Sample = Repository.Text("src/docs/samples/lockless-walk.verify");

    public static TheoryData<string> Names => [.. HardwareParts.All.Select(part => part.Name)];

    [Theory]
    [InlineData("x86", false, 1)]
    [InlineData("x86", true, 1)]
    [InlineData("arm64", false, 1)]
    [InlineData("arm64", false, 2)]
    public void A_protocol_of_parts_has_the_states_of_the_same_model_in_code(string profile, bool isBuggy, int size)
    {
        var choices = Choices.Default.Size("va", size).Size("frame", size) with { Profile = profile };
        choices = isBuggy ? choices with { Faults = [LocklessWalk.NoRecheck.Name] } : choices;
        var text = Parse(Sample).Family.Build(choices);
        var code = new LocklessWalk().Build(choices);
        foreach (var property in new[] { "I-FREE", "I-ENTRY", "I-USE", "I-GUP", "no deadlock" })
        {
            Assert.Equal(Found(code, property), Found(text, property));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_part_is_documented_as_it_is(string name)
    {
        var part = HardwareParts.All.Single(one => one.Name == name);
        var with = Build($"{Uses(part)}\nuse {name}");
        var without = Build(Uses(part));
        static string Stem(string text) => text.Split('[', ':')[0];
        Assert.Equal(
            part.State.Select(one => one.Name).Where(one => one.Contains(':', StringComparison.Ordinal)).Select(Stem)
                .Order(StringComparer.Ordinal),
            with.Variables.Where(one => one.Role is VariableRole.State or VariableRole.Ghost).Select(one => one.Name)
                .Except(without.Variables.Select(one => one.Name)).Order(StringComparer.Ordinal));
        Assert.Equal(part.Rules.IsEmpty, with.Rules.Length == without.Rules.Length);
    }

    [Fact]
    public void A_word_belongs_to_one_part()
    {
        var words = HardwareParts.All.SelectMany(part => part.Words.Select(word => word.Name)).ToList();
        Assert.Equal(words.Count, words.Distinct(StringComparer.Ordinal).Count());
        Assert.All(HardwareParts.All, part => Assert.All(part.Needs, need => Assert.Contains(
            HardwareParts.All.TakeWhile(other => other != part), other => other.Name == need)));
    }

    [Fact]
    public void Whatever_keeps_a_translation_is_marked_when_its_frame_is_freed()
    {
        var model = Build("""
            use architecture(x86)
            use frame_allocator
            use page_table
            record seen { entry: translation?, n: 0..1 }
            var kept[cpu]: seen, one: translation?
            rule map(x: va, f: frame) { pte[x] = mk_pte(f), one = mk_pte(f), kept[CPU0].entry = mk_pte(f) }
            rule drop(f: frame) when owner[f] == AppBuf { free(f) }
            """);
        var freed = model.Rules.Single(rule => rule.Name == "drop").Updates.Select(update => update.Variable.Name).ToHashSet();
        Assert.Equal(["kept", "one", "owner", "pte"], freed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Flushes_that_are_said_to_be_single_are_so_or_an_error_is_found()
    {
        const string Text = "use architecture(x86) use page_table use tlb use shootdown(one_at_a_time)\nlock l\n";
        var locked = Build(Text + "thread t(c: cpu) { lock l call flush(c, none) unlock l }");
        Assert.StartsWith("proved", Found(locked, "A"), StringComparison.Ordinal);
        var free = Build(Text + "thread t(c: cpu) { lock l unlock l call flush(c, none) }");
        Assert.Equal("VRF121", Assert.ThrowsAny<UserErrorException>(() => Found(free, "A")).Diagnostic.Code.Id);
        Assert.StartsWith("proved", Found(Build(Text.Replace("(one_at_a_time)", "", StringComparison.Ordinal)
            + "thread t(c: cpu) { lock l unlock l call flush(c, none) }"), "A"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use tbl", "VRF113 5,5", "did you mean tlb?")]
    [InlineData("use page_table(pages = va)", "VRF113 5,16", "choose from")]
    [InlineData("use page_table(permisions)", "VRF113 5,16", "did you mean permissions?")]
    [InlineData("use page_table(permissions = va)", "VRF130 5,16", "alone")]
    [InlineData("use page_table(va = page)", "VRF113 5,21", "declare it")]
    [InlineData("use frame_allocator(initially = Fre)", "VRF113 5,33", "did you mean Free?")]
    [InlineData("use architecture(x68)", "VRF113 5,18", "did you mean x86?")]
    [InlineData("use tlb", "VRF103 5,5", "add use architecture")]
    [InlineData("use page_table use page_table", "VRF102 5,20", "share")]
    [InlineData("use page_table var pte: bool", "VRF102 5,20", "rename")]
    [InlineData("use page_table rule r(x: va) { pte[x] = mk_pt(x) }", "VRF113 5,41", "did you mean mk_pte?")]
    [InlineData("use page_table rule r(x: va) { pte[x] = mk_pte(x) }", "VRF101 5,48", "one sort")]
    [InlineData("use page_table rule r(x: va) { pte[x] = mk_pte() }", "VRF101 5,41", "mk_pte(f: frame)")]
    [InlineData("use page_table rule r(x: va) { mk_pte(x) }", "VRF130 5,32", "updates are words")]
    [InlineData("use frame_allocator rule r(f: frame) when free(f) { owner[f] = Free }", "VRF130 5,43", "updates of a step")]
    [InlineData("rule r(f: frame) { free(f) }", "VRF113 5,20", "use frame_allocator")]
    [InlineData("use page_table thread t(c: cpu) { call mk_pte(c) }", "VRF130 5,40", "in an expression")]
    [InlineData("use page_table use frame_allocator thread t(c: cpu) { local e: translation? step s }", "VRF103 5,61", "declare var e")]
    public void A_wrong_use_has_its_place_and_a_hint(string line, string place, string hint)
    {
        var found = Parse(Sorts + line + Tail).MistakesOf(Choices.Default)[0].Diagnostic;
        Assert.Equal(place, $"{found.Code.Id} {found.Where!.Line},{found.Where.Column}");
        Assert.Contains(hint, found.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_parts_is_shown_with_their_content()
    {
        var model = Parse(Sample).Family.Build(Choices.Default);
        var text = ModelWriter.Write(model);
        Assert.Contains("var tlb[cpu, va]: translation?", text, StringComparison.Ordinal);
        Assert.Equal(model.Identity, Parse(text).Family.Build(Choices.Default).Identity);
    }

    [Fact]
    public void The_tool_shows_the_parts_and_the_page_lists_them()
    {
        var shown = ToolRun.Of("show", "hardware");
        Assert.Equal(0, shown.ExitCode);
        var page = Repository.Text("src/docs/language.md");
        Assert.All(HardwareParts.All, part =>
        {
            Assert.Contains(part.Name, shown.Out, StringComparison.Ordinal);
            Assert.All(part.Words, word => Assert.Contains($"{word.Name}(", shown.Out, StringComparison.Ordinal));
            Assert.Contains($"`{part.Name}`", page, StringComparison.Ordinal);
        });
        Assert.Contains("invlpg", ToolRun.Of("show", "hardware:tlb", "--json").Out, StringComparison.Ordinal);
        Assert.Contains("did you mean tlb?", ToolRun.Of("show", "hardware:tbl").Error, StringComparison.Ordinal);
    }

    private static string Uses(HardwarePart part) => string.Concat(
        HardwareParts.All.Where(one => IsNeeded(one, part)).Select(one => $"use {one.Name}\n"));

    private static bool IsNeeded(HardwarePart one, HardwarePart by) => by.Needs.Contains(one.Name)
        || by.Needs.Any(need => IsNeeded(one, HardwareParts.All.Single(other => other.Name == need)));

    private static ProtocolFile Parse(string text) => ProtocolFile.Parse("m.verify", text, () => HardwareParts.All);

    private static Model Build(string lines)
    {
        var file = Parse(Sorts + lines + "\nrule idle { }\n" + Tail);
        Assert.Empty(file.MistakesOf(Choices.Default).Select(one => $"{one.Diagnostic}"));
        return file.Family.Build(Choices.Default);
    }

    private static string Found(Model model, string property)
    {
        var verdict = new ExplicitEngine().Decide(model, model.Property(property), EngineOptions.Default);
        return $"{verdict.Word} {verdict.Evidence.States} {verdict.Evidence.Transitions}";
    }
}
