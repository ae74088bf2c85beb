using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Soaking;

/// <summary>A soak tries every law, and shrinks the models on which laws fail.</summary>
public sealed class SoakTests
{
    [Fact]
    public void Every_law_is_in_the_book()
    {
        Assert.Empty(Lawbook.Declared.Except(Lawbook.All).Select(law => law.Name));
        Assert.Equal(Lawbook.All.Length, Lawbook.All.Select(law => law.Name).Distinct().Count());
    }

    [Fact]
    public void A_seed_draws_the_same_again()
    {
        string Drawn()
        {
            var seen = new List<string>();
            var law = new Law(typeof(SoakTests), "Sees", 3, (sample, _) => seen.Add(sample.Model.Digest));
            new Soak(new SoakRequest(TimeSpan.FromMinutes(1), 5, Models: 12), [law], _ => { }).Run(TestContext.Current.CancellationToken);
            return string.Join(' ', seen);
        }

        Assert.NotEqual("", Drawn());
        Assert.Equal(Drawn(), Drawn());
    }

    [Theory]
    [InlineData(false, 0, 0)]
    [InlineData(true, 0, 1)]
    [InlineData(false, 3, 3)]
    [InlineData(true, 3, 3)]
    public void The_fast_tests_fail_when_a_law_does_or_a_class(bool isBroken, int ofClasses, int code)
    {
        using var output = new StringWriter();
        string[] asked = [];
        var law = new Law(typeof(SoakTests), "Holds", 1, (_, tally) =>
        {
            tally.Compare();
            Assert.False(isBroken);
        });

        Assert.Equal(code, FastCommand.Run([law], TimeSpan.FromSeconds(0.3), output, arguments =>
        {
            asked = arguments;
            return ofClasses;
        }));
        Assert.Contains($"models, {(isBroken ? 1 : 0)} failed", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(FastCommand.Classes, asked.Where((_, i) => i % 2 == 1));
    }

    [Fact]
    public void The_fast_classes_are_there() => Assert.All(FastCommand.Classes, name =>
        Assert.Contains(typeof(SoakTests).Assembly.GetTypes(), type => $"*{type.Name}" == name));

    [Fact]
    public void A_failing_model_is_left_small()
    {
        // For a law that fails when something changes, one rule with one update of one variable is enough.
        var law = new Law(typeof(SoakTests), "Nothing_changes", 1, (sample, tally) =>
        {
            Assert.DoesNotContain(sample.Toy.Nodes, node => node.Level > 0);
            tally.Compare();
        });
        Disagreement? met = null;
        var soak = new Soak(new SoakRequest(TimeSpan.FromMinutes(1), 1, Models: 5), [law], failure => met ??= failure);
        soak.Run(TestContext.Current.CancellationToken);

        Assert.NotNull(met);
        Assert.True(soak.Rows[0].Disagreements > 1, "it fails in one way on several models, but is reported once");
        var small = new Minimizer(law, met.Error, TimeSpan.FromSeconds(60)).Smallest(met.Model);
        Assert.Single(Assert.Single(small.Rules).Updates);
        Assert.Single(small.Properties);
        Assert.Single(small.Variables);
        Assert.NotNull(Soak.Failure(law, new Sample(() => small), new Tally()));
    }

    [Fact]
    public void A_disagreement_ends_with_one_and_leaves_files()
    {
        var folder = Directory.CreateTempSubdirectory("verify-soak-").FullName;
        var law = new Law(typeof(SoakTests), "Nothing_changes", 1,
            (sample, _) => Assert.True(sample.Toy.Nodes.TrueForAll(node => node.Level == 0)));
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = SoakCommand.Run(["--soak", "1", "--models", "2", "--seed", "3", "--out", folder], [law], output, errors);

        Assert.Equal((1, ""), (code, errors.ToString()));
        Assert.Contains("SoakTests.Nothing changes", output.ToString(), StringComparison.Ordinal);
        var text = File.ReadAllText(Assert.Single(Directory.GetFiles(folder, "SoakTests_*.txt")));
        Assert.Contains("What the interpreter says of it:", text, StringComparison.Ordinal);
        Assert.Contains("m.Build();", File.ReadAllText(Assert.Single(Directory.GetFiles(folder, "*.cs"))), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder, "table-3.txt"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Time_and_wishes_end_it()
    {
        var law = new Law(typeof(SoakTests), "Holds", 1, (_, tally) => tally.Compare());
        var timed = new Soak(new SoakRequest(TimeSpan.FromMilliseconds(200), 1), [law], _ => { });
        timed.Run(TestContext.Current.CancellationToken);
        Assert.True(timed.Elapsed >= TimeSpan.FromMilliseconds(200));
        Assert.InRange(timed.Models, 0, 10_000);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var stopped = new Soak(new SoakRequest(TimeSpan.FromMinutes(1), 1), [law], _ => { });
        stopped.Run(stop.Token);
        Assert.Equal(0, stopped.Models);
    }

    [Theory]
    [InlineData("--soak")]
    [InlineData("--soak", "soon")]
    [InlineData("--soak", "1", "--seed", "-1")]
    [InlineData("--soak", "1", "--louder", "1")]
    public void Unparseable_input_is_reported_with_a_hint(params string[] arguments)
    {
        var errors = new StringWriter();
        Assert.Equal(3, SoakCommand.Run(arguments, [], TextWriter.Null, errors));
        Assert.StartsWith("usage: verify test --soak MINUTES", errors.ToString(), StringComparison.Ordinal);
    }
}
