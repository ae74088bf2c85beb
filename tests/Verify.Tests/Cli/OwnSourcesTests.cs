using Verify.Cli.Compiling;
using Verify.Cli.Hosting;
using Verify.Explicit;
using Verify.Tests.Docs;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Cli;

/// <summary>Models and claims of the user, in a folder outside of the product.</summary>
public sealed class OwnSourcesTests : IDisposable
{
    // Nothing here is about a model: an unused using, a block namespace, snake case, an internal class, a warning.
    private const string OfAnotherStyle = """
        using System.Text;
        using Verify.Modelling;

        namespace some_where
        {
            class another_style : ModelFamily
            {
                static int n_built;
                public another_style() : base("another-style", "a model in another style") { n_built = 3; int unused; }

                protected override void Describe(ModelBuilder m)
                {
                    var page_table = m.Var("page_table", Sort.Bool);
                    m.Rule("turn", s => s.Set(page_table, !page_table));
                    m.Reachable("turned", page_table);
                    m.Always("always", page_table | !page_table);
                }
            }
        }
        """;

    private readonly TestDirectory folder = new();

    [Fact]
    public void The_model_and_the_claims_of_the_pages_are_found()
    {
        Write("LateFlush.cs", Example("src/docs/modelling.md", "class LateFlush("));
        Write("deeper/LateFlushClaims.cs", Example("src/docs/modelling.md", "class LateFlushClaims"));
        var catalogue = Catalogue.Load(() => OwnSources.Load(folder.Path, Cache));
        Assert.Contains("LF-FREE-FIRST", catalogue.Claims.Select(claim => claim.Id));
        Assert.Contains("VL-MARK:I-USE", catalogue.Claims.Select(claim => claim.Id));
        var run = ToolRun.On(catalogue, new ExplicitEngine(), "check", "late-flush", "LF-FREE-FIRST", "LF-FLUSH-FIRST");
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
    }

    [Fact]
    public void Style_is_no_error()
    {
        Write("style.cs", OfAnotherStyle);
        var catalogue = Catalogue.Load(() => OwnSources.Load(folder.Path, Cache));
        Assert.Equal(0, ToolRun.On(catalogue, new ExplicitEngine(), "check", "another-style").ExitCode);
    }

    [Fact]
    [Provokes("VRF404")]
    public void An_error_is_the_users_and_is_compiled_once()
    {
        Write("Wrong.cs", OfAnotherStyle.Replace("| !page_table", "| page_tabel + ForAll", StringComparison.Ordinal));
        var first = Run();
        Assert.Equal(
        [
            $"{folder.Path}/Wrong.cs(16): error CS0103: The name 'page_tabel' does not exist in the current context",
            $"{folder.Path}/Wrong.cs(16): error CS0103: The name 'ForAll' does not exist in the current context",
        ], first.Error.Split('\n')[..2]);
        Assert.Contains("hint: add 'using static Verify.Modelling.Dsl;'", first.Error);
        Assert.Equal(3, first.ExitCode);
        var written = Assert.Single(Directory.GetFiles(Cache));
        var time = File.GetLastWriteTimeUtc(written);
        Assert.Equal(first, Run());
        Assert.Equal(time, File.GetLastWriteTimeUtc(written));

        Write("Wrong.cs", OfAnotherStyle);
        Assert.Equal(0, Run().ExitCode);
    }

    [Fact]
    public void The_tool_reads_the_folder_that_the_environment_names()
    {
        Write("style.cs", OfAnotherStyle);
        using (var run = ToolProcess.StartWithMine(folder.Path, "check", "another-style", "--json").Ended())
        {
            Assert.Equal(("", 0), (run.Error, run.ExitCode));
        }

        Write("style.cs", "class");
        using (var run = ToolProcess.StartWithMine(folder.Path, "check", "another-style", "--json").Ended())
        {
            Assert.Contains("\"code\": \"VRF404\"", run.Out);
            Assert.Contains("style.cs(1): error CS1001", run.Out);
            Assert.Equal(3, run.ExitCode);
        }

        using var without = ToolProcess.StartWithMine("", "check", "another-style").Ended();
        Assert.Contains("VRF301", without.Error);
    }

    [Fact]
    public void A_constructor_that_throws_is_the_users_mistake()
    {
        Write("style.cs", OfAnotherStyle.Replace("n_built = 3;", "throw new System.Exception(\"no\");", StringComparison.Ordinal));
        var run = Run();
        Assert.StartsWith($"{folder.Path}/style.cs(9): error VRF114: 'another_style' throws Exception: no\n", run.Error);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Code_is_held_against_a_model()
    {
        Write("LocalShootdown.cs", Example("src/docs/harness.md", "class LocalShootdown"));
        ToolRun Conform(params string[] more) => ToolRun.On(
            Catalogue.Load(() => OwnSources.Load(folder.Path, Cache)), new ExplicitEngine(), ["conform", .. more]);
        var run = Conform("--schedules", "1k", "--budget", "depth=200");
        Assert.StartsWith("shootdown in C# (LocalOnly): refuted by schedule ", run.Out, StringComparison.Ordinal);
        Assert.Contains("refuted in 5 steps", run.Out, StringComparison.Ordinal);
        Assert.Equal(("", 1), (run.Error, run.ExitCode));
        Assert.Equal(0, Conform("localshootdown", "--schedules", "1", "--budget", "depth=3").ExitCode);
        Assert.Contains("did you mean LocalShootdown?", Conform("LocalShutdown").Error);
        Assert.Contains("has no strategy 'luck'", Conform("--strategy", "luck").Error);
        Assert.Contains("derives from ConformanceCase", ToolRun.Of("conform").Error);
    }

    // The runtime would end the process with a stack trace.
    [Theory]
    [InlineData("n_built = 3;", "n_built = Down(3);", "VRF122", 9)]
    [InlineData("n_built = 3;", "n_built = Sum(3).Depth;", "VRF122", 8)]
    [InlineData("page_table | !page_table", "Down(1) > 2", "VRF122", 9)]
    [InlineData("page_table | !page_table", "Sum(1)", "VRF122", 8)]
    [InlineData("static int n_built;", "static int n_built; public override string Name => Name;", "VRF122", 9)]
    public void Code_that_calls_itself_without_end_is_the_users_mistake(string text, string other, string code, int line)
    {
        Write("style.cs", OfAnotherStyle.Replace(text, other, StringComparison.Ordinal).Replace("static int n_built;",
            "static int n_built; static int Down(int n) => 1 + Down(n + 1); static Expr Sum(Expr e) => (e + 1) & Sum(e);",
            StringComparison.Ordinal));
        using var run = ToolProcess.StartWithMine(folder.Path, "check", "another-style", "--json").Ended();
        Assert.Matches($@"^.*style.cs\({line}\): error {code}: .* calls itself .*\nhint: end the recursion.*\n$", run.Error);
        Assert.Contains($"\"code\": \"{code}\"", run.Out);
        Assert.Equal(3, run.ExitCode);
    }

    public void Dispose() => folder.Dispose();

    private string Cache => Path.Combine(folder.Path, "obj");

    private ToolRun Run() =>
        ToolRun.On(Catalogue.Load(() => OwnSources.Load(folder.Path, Cache)), new ExplicitEngine(), "check", "another-style");

    private static string Example(string page, string part) => new Page(Repository.Text(page)).Blocks("csharp")
        .Select(lines => string.Join('\n', lines)).First(text => text.Contains(part, StringComparison.Ordinal));

    private void Write(string name, string text)
    {
        var file = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
