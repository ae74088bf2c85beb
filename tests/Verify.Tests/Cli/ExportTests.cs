using Verify.Explicit;
using Verify.Formats.Murphi;
using Verify.Modelling;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Cli;

/// <summary><c>export --into</c>, and what the head of an exported text promises.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData("tla")]
    [InlineData("murphi")]
    [InlineData("btor2")]
    public void Claims_and_instances_of_one_family_have_files_of_their_own(string format)
    {
        using var folder = new TestDirectory();
        string[][] asked = [["SD-FULL"], ["SD-LOCAL"], ["SD-FULL", "--size", "cpu=1"]];
        var written = new List<string>();
        foreach (var words in asked)
        {
            var run = ToolRun.On(TestClaims.Good, new ExplicitEngine(), ["export", .. words, "--to", format, "--into", folder.Path]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            written.AddRange(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Equal(written.Order(StringComparer.Ordinal), Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal));
        foreach (var file in written.Where(file => file.EndsWith(".tla", StringComparison.Ordinal)))
        {
            Assert.Contains($"MODULE {Path.GetFileNameWithoutExtension(file)} ", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    // Rumur fires a rule more where the model may rest.
    [Theory]
    [InlineData(false, "Counts: Rumur finds the states and, as rules fired, the transitions of the model.\n")]
    [InlineData(true, "transitions of the model,\n-- and one more for each state where it may rest, because it turns on the spot there.\n")]
    public void The_counts_of_Rumur_are_those_that_the_text_promises(bool rests, string promise)
    {
        var m = new ModelBuilder("resting");
        var done = m.Var("done", Sort.Bool);
        m.Rule("finish", s => s.When(!done).Set(done, true));
        m.NoDeadlock("P", rests ? done : false);
        var model = m.Build();
        Assert.Contains(promise, new MurphiWriter().Export(model, model.Properties[0])[0].Text, StringComparison.Ordinal);
    }
}
