using Verify.Engines;
using Verify.Harness;
using Verify.Harness.Examples;
using Verify.Modelling;
using Verify.Models.Shootdowns;

namespace Verify.Tests.Docs;

/// <summary>Compiles and checks the front page's example of code against a model.</summary>
public sealed class CodeAgainstModel
{
    [Fact]
    public void The_code_of_the_front_page_is_refuted_by_a_run_of_its_model()
    {
        var model = new TlbShootdown().Build(Choices.Default.With(TlbShootdown.LocalOnly).Size("cpu", 2).Size("page", 1));
        var code = new Shootdown(cpus: 2, pages: 1, frames: 3, Shootdown.Flaw.LocalOnly);
        var experiment = new ConformanceTest(code, model, (Property.Always)model.Property("I-ENTRY"));
        var finding = new ScheduleExplorer().Explore(experiment, "pct", schedules: 1000, new EngineOptions(new Budget(Depth: 200)));
        var text = finding.Text(experiment); // verdict, coverage, and the trace in columns
        Assert.StartsWith("shootdown in C# (LocalOnly): refuted by schedule ", text, StringComparison.Ordinal);
        Assert.Contains("refuted in 5 steps", text, StringComparison.Ordinal);
    }
}
