using System.Globalization;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Murphi;
using Verify.Tests.Formats;

namespace Verify.Tests.Murphi;

/// <summary>Murphi files mean here what they mean to Rumur.</summary>
public sealed class MurphiTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/Verify.Tests/Murphi/Models");
    private static readonly string Counts = Path.Combine(Folder, "counts.txt");

    public static TheoryData<string> Models =>
        [.. Directory.EnumerateFiles(Folder,
            "*.m").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];

    private static Model Read(string text, string path = "model.m")
    {
        var file = MurphiFile.Parse(path, text);
        file.Check([]);
        return new Instance(file.Family, Choices.Default).Model;
    }

    private static string CountsOf(string name)
    {
        var model = Read(File.ReadAllText(Path.Combine(Folder, $"{name}.m")), $"{name}.m");
        var anything = new Property.Always("anything", "", model.Properties[0].Where, true);
        var evidence = new ExplicitEngine().Decide(model, anything, new EngineOptions(Budget.Unlimited, Threads: 1)).Evidence;
        return string.Create(CultureInfo.InvariantCulture, $"{name} {evidence.States} {evidence.Transitions}");
    }

    private static string CountsOfOrbits(string name)
    {
        var model = Read(File.ReadAllText(Path.Combine(Folder, $"{name}.m")), $"{name}.m");
        var anything = new Property.Always("anything", "", model.Properties[0].Where, true);
        var options = new EngineOptions(Budget.Unlimited, Threads: 1, Reductions: Reductions.Symmetry);
        try
        {
            return string.Create(CultureInfo.InvariantCulture, $"{new ExplicitEngine().Decide(model, anything, options).Evidence.States}");
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.BadReduction)
        {
            return "-";
        }
    }

    [Fact]
    public void There_are_thirty_models() => Assert.Equal(30, Models.Count);

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_has_the_recorded_counts_and_those_of_Rumur(string name)
    {
        var found = CountsOf(name);
        var recorded = File.ReadAllLines(Counts).FirstOrDefault(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
        Assert.Equal(recorded, found);
        if (ForeignChecker.RumurMissing is null)
        {
            var rumur = ForeignChecker.Rumur(File.ReadAllText(Path.Combine(Folder, $"{name}.m")), false, "--symmetry-reduction", "off");
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{name} {rumur.States} {rumur.Transitions}"), found);
            Assert.False(rumur.IsViolated);
        }
    }

    [Theory]
    [InlineData("mutex")]
    [InlineData("mesi")]
    [InlineData("twophase")]
    [InlineData("barrier")]
    [InlineData("ticket")]
    [InlineData("rwlock")]
    public void Orbits_are_those_of_Rumur(string name)
    {
        Assert.SkipWhen(ForeignChecker.RumurMissing is not null, ForeignChecker.RumurMissing ?? "");
        var rumur = ForeignChecker.Rumur(File.ReadAllText(Path.Combine(Folder, $"{name}.m")), false, "--symmetry-reduction", "exhaustive");
        Assert.Equal(rumur.States.ToString(CultureInfo.InvariantCulture), CountsOfOrbits(name));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void All_properties_of_a_model_hold_but_where_it_may_rest(string name)
    {
        var model = Read(File.ReadAllText(Path.Combine(Folder, $"{name}.m")), $"{name}.m");
        foreach (var property in model.Properties.Where(property => property.Name != "deadlock"))
        {
            var verdict = new ExplicitEngine().Decide(model, property, new EngineOptions(Budget.Unlimited, Threads: 1));
            Assert.True(verdict is Verdict.Proved, $"{name}: {property.Name}: {verdict.Word}");
        }
    }

    private const string Frame = "var x: 0..3; y: 0..3; a: array [0..3] of 0..3; startstate x := 0; y := 3; end; rule \"go\" x < 3 ==> ";

    [Theory]
    [InlineData("assert y > x + 1; x := x + 1; y := 2; end;")]
    [InlineData("error \"no\"; end;")]
    [InlineData("x := x + 1; if x = 2 then error \"two\"; end; end;")]
    [InlineData("x := a[x]; end;")]
    [InlineData("var l: 0..3; begin x := l; end;")]
    [InlineData("var l: 0..3; begin l := y + 1; x := 2; end;")]
    [InlineData("var l: 0..3; begin l := a[0]; x := x + 1; end;")]
    [InlineData("y := a[y]; end;")]
    [InlineData("a[y + 1] := 1; end;")]
    [InlineData("a[x] := 1; x := x + 1; y := a[x]; end;")]
    [InlineData("x := x + 2; end;")]
    [InlineData("y := 3 / x; end;")]
    [InlineData("for i := 0 to 3 do a[i] := i + x; end; x := x + 1; end;")]
    [InlineData("x := x + 1; end; invariant x < 3;")]
    [InlineData("x := x + 1; end; invariant a[x] = 0;")]
    [InlineData("x := x + 1; end; rule \"read\" a[x] = 1 ==> end;")]
    [InlineData("x := x + 1; end; cover \"c\" x = 0 & y = 1;")]
    [InlineData("x := x + 1; while y > 0 do y := y - 2; end; end;")]
    public void What_Rumur_finds_wrong_is_refuted(string body)
    {
        var text = Frame + body;
        if (ForeignChecker.RumurMissing is null)
        {
            Assert.True(ForeignChecker.Rumur(text, false).IsViolated, "Rumur finds no error");
        }

        var model = Read(text);
        var anything = new Property.Always("anything", "", model.Properties[0].Where, true);
        Assert.Contains(model.Properties.Append(anything), property => property.Name != "deadlock" && IsWrong(model, property));
    }

    private static bool IsWrong(Model model, Property property)
    {
        try
        {
            return new ExplicitEngine().Decide(model, property, new EngineOptions(Budget.Unlimited, Threads: 1)) is Verdict.Refuted;
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NoValue || e.Diagnostic.Code == ErrorCodes.OutOfRange)
        {
            return true;
        }
    }

    [Theory]
    [InlineData("var x: real;", "VRF132", 1, 8)]
    [InlineData("var x: union { boolean };", "VRF132", 1, 8)]
    [InlineData("var x: 0..1;\nstartstate x := y; end;", "VRF113", 2, 17)]
    [InlineData("var x: 0..1;\nstartstate x := true; end;", "VRF101", 2, 12)]
    [InlineData("var x: 0..1;\nstartstate x := 0; end;\nliveness x = 1;", "VRF132", 3, 1)]
    [InlineData("var x: 0..1;\nstartstate x := 0; end;\nrule while x = x do x := 0; end; end;", "VRF132", 3, 6)]
    [InlineData("type s: scalarset(2); var x: s;\nstartstate clear x; end;", "VRF132", 2, 12)]
    [InlineData("var x: scalarset(2);", "VRF132", 1, 8)]
    [InlineData("var x: 0..1;\nrule x := 1 end;", "VRF132", 1, 1)]
    [InlineData("var x: 0..1;\nfunction f(): 0..1; begin return f(); end;\nstartstate x := f(); end;", "VRF132", 2, 34)]
    [InlineData("var x, x: 0..1;", "VRF102", 1, 8)]
    [InlineData("var x: 0..1;\nrule \"a\" x < 2 < 3 ==> end;", "VRF130", 2, 16)]
    [Provokes("VRF132")]
    public void What_cannot_be_expressed_is_refused_at_its_place(string text, string code, int line, int column)
    {
        var thrown = Assert.ThrowsAny<UserErrorException>(() => Read(text));
        Assert.Contains(thrown.All, found => found.Code.Id == code && found.Where?.Line == line && found.Where.Column == column);
    }

    [Fact]
    public void A_part_that_only_a_rule_undefines_is_an_option()
    {
        var model = Read("var u: 0..1; startstate u := 0; end; rule undefine u; end; rule !isundefined(u) & u = 0 ==> u := 1; end;");
        Assert.IsType<Sort.Optional>(model.Variables[0].Sort);
    }

    [Fact]
    public void Constants_are_sizes()
    {
        var file = MurphiFile.Parse("mutex.m", File.ReadAllText(Path.Combine(Folder, "mutex.m")));
        var model = new Instance(file.Family, Choices.Default.Size("N", 2)).Model;
        Assert.Equal(2, model.Variables[0].Sort is Sort.Mapping map ? map.Key.ScalarCount : 0);
    }
}
