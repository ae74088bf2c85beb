using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Docs;

/// <summary>
/// What the front page shows is what the tool prints. Its commands run against the models and proofs of the product and
/// those of this folder, which the page tells the reader to write; <c>README=update</c> writes down what is printed.
/// </summary>
public sealed class ReadmeTests
{
    private const string Readme = "README.md";

    [Fact]
    public void Every_command_prints_what_the_page_says()
    {
        var page = new Page(Repository.Text(Readme));
        Assert.NotEmpty(page.Blocks("console"));
        var isUpdate = Environment.GetEnvironmentVariable("README") == "update";
        var problems = page.Run(Verify, isUpdate);
        if (isUpdate)
        {
            File.WriteAllText(Path.Combine(Repository.Root, Readme), page.Text);
        }

        Assert.True(problems.Count == 0, string.Join("\n\n", problems) + "\n\nREADME=update ./verify test writes it down");
    }

    [Fact]
    public void Every_piece_of_code_is_compiled_here()
    {
        var blocks = new Page(Repository.Text(Readme)).Blocks("csharp");
        var sources = Repository.FilesWith(".cs")
            .Where(file => file.StartsWith("tests/Verify.Tests/Docs/", StringComparison.Ordinal)).Select(Repository.Text).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True(sources.Exists(source => Page.Contains(source, block)),
            $"no file of tests/Verify.Tests/Docs holds these lines:\n{string.Join('\n', block)}"));
    }

    [Fact]
    public void The_claims_that_the_page_tells_to_write_are_as_they_expect() =>
        Assert.All(Told<ClaimList>().SelectMany(list => list.Claims), claim =>
            Assert.Empty(ClaimReport.Decide(claim, new ExplicitEngine(), EngineOptions.Default).Problems));

    private static string Verify(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(words is ["./verify", _, ..], $"'{command}': only ./verify can be run from a page");
        var catalogue = Catalogue.Load();
        var output = new StringWriter { NewLine = "\n" };
        var all = new Catalogue(
            () => catalogue.Families.Concat(Told<ModelFamily>()),
            () => catalogue.Claims.Concat(Told<ClaimList>().SelectMany(list => list.Claims)));
        new Tool([new ExplicitEngine()], ModelWriters.All, () => all).Run(words[1..], Terminal.Plain(output, output));
        return output.ToString();
    }

    // Those in the folder of this test have the namespaces that the page puts them into.
    private static ImmutableArray<T> Told<T>() =>
    [
        .. typeof(ReadmeTests).Assembly.GetTypes()
            .Where(type => typeof(T).IsAssignableFrom(type) && type is { IsAbstract: false, IsPublic: true })
            .Where(type => type.Namespace is { } name
                && (name.StartsWith("Verify.Models", StringComparison.Ordinal)
                    || name.StartsWith("Verify.Proofs", StringComparison.Ordinal)))
            .Select(type => (T)Activator.CreateInstance(type)!),
    ];
}
