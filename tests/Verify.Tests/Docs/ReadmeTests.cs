using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Language;
using Verify.Parametric.Obligations;
using Verify.Tests.Parametric;

namespace Verify.Tests.Docs;

/// <summary>
/// The front page and the pages of <c>src/docs</c> show what the tool prints, code that compiles, and certificates as they are.
/// <c>README=update</c> writes down what commands print.
/// </summary>
public sealed class ReadmeTests
{
    /// <summary>The pages with blocks of commands or code.</summary>
    public static TheoryData<string> Pages =>
        [.. Repository.FilesWith(".md").Where(file => file == "README.md" || file.StartsWith("src/docs/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_prints_what_the_page_says(string file)
    {
        var page = new Page(Repository.Text(file));
        var isUpdate = Environment.GetEnvironmentVariable("README") == "update";
        var missing = new List<string>();
        var problems = page.Run(command => Answer(command, missing), isUpdate);
        if (isUpdate)
        {
            File.WriteAllText(Path.Combine(Repository.Root, file), page.Text);
        }

        Assert.True(problems.Count == 0,
            string.Join("\n\n", problems) + "\n\nREADME=update ./verify test --filter-class '*ReadmeTests' writes it down");
        Assert.SkipWhen(missing.Count > 0, string.Join("; ", missing));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_piece_of_code_is_compiled(string file)
    {
        var blocks = new Page(Repository.Text(file)).Blocks("csharp");
        var sources = Repository.FilesWith(".cs").Select(Repository.Text).ToList();
        Assert.All(blocks, block => Assert.True(sources.Exists(source => Page.Contains(source, block)),
            $"no file holds these lines, as one of tests/Verify.Tests/Docs should:\n{string.Join('\n', block)}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_protocol_is_a_file_that_is_decided(string file)
    {
        var files = Repository.FilesWith(ProtocolFile.Ending).Select(Repository.Text).ToList();
        var page = new Page(Repository.Text(file));
        Assert.All(page.Blocks("verify"), block => Assert.Contains(string.Join('\n', block) + "\n", files));
        Assert.All(page.Blocks("verify part"), block => Assert.True(files.Exists(text => Page.Contains(text, block)),
            $"no file holds these lines:\n{string.Join('\n', block)}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_piece_of_a_certificate_is_in_it(string file)
    {
        var page = new Page(Repository.Text(file));
        foreach (var (claim, invariant) in StoredProofs.All)
        {
            foreach (var block in page.Blocks($"smt2 {claim.Id}"))
            {
                var text = Certificate.Create(claim, AnySizeProof.Create(claim, invariant), ToolVersion.Text).Text;
                Assert.True(Page.Matches(["...", .. block, "..."], text.Split('\n')),
                    $"the certificate of {claim.Id} has no such lines:\n{string.Join('\n', block)}");
            }
        }
    }

    [Fact]
    public void The_front_page_begins_with_a_trace_and_a_model()
    {
        var page = new Page(Repository.Text("README.md"));
        Assert.Contains("<- stale", string.Join('\n', page.Blocks("console")[0]), StringComparison.Ordinal);
        Assert.Contains("thread munmap", string.Join('\n', page.Blocks("verify")[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_claims_that_pages_tell_to_write_are_as_they_expect() => Assert.All(Shell.OwnClaims, claim =>
        Assert.Empty(ClaimReport.Decide(claim, new ExplicitEngine(), EngineOptions.Default).Problems));

    // Null for what cannot be run here: it is not compared.
    private static string? Answer(string command, List<string> missing)
    {
        if (Shell.WhyNot(command) is not { } reason)
        {
            return Shell.Run(command);
        }

        missing.Add(reason);
        return null;
    }
}
