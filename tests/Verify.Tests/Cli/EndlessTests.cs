using System.Text.Json;
using Verify.Claims;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Cli;

/// <summary>The ends of runs: a regular one differs from a deadlock, and the report on an endless run is exact.</summary>
public sealed class EndlessTests
{
    // Two threads that take a lock each and end, the second in the other order if it is wrong.
    [Theory]
    [InlineData(false, false, "proved")]
    [InlineData(true, false, "refuted")]
    [InlineData(false, true, "refuted")]
    public void The_end_of_all_threads_is_no_deadlock(bool isCrossed, bool hasServer, string verdict)
    {
        var run = Check("P", m =>
        {
            var (a, b) = (m.Var("a", Sort.Bool), m.Var("b", Sort.Bool));
            void Add(string name, Expr first, Expr second) => m.Thread(name, repeats: false, t =>
            {
                t.Step("lock", s => s.When(!first).Set(first, true));
                t.Step("lock again", s => s.When(!second).Set(second, true));
                t.Step("unlock", s => s.Set(a, false).Set(b, false));
            });
            Add("one", a, b);
            Add("other", isCrossed ? b : a, isCrossed ? a : b);
            if (hasServer)
            {
                // It waits for something that does not come, and starts again: that is stuck, not over.
                m.Thread("server", repeats: true, t => t.Step("serve", s => s.When(a & b & !a).Never("no request comes")));
            }

            m.Reachable("both", a & b);
            m.NoDeadlock("P");
        });
        Assert.StartsWith($"C  {verdict}", run.Out, StringComparison.Ordinal);
    }

    // The environment may help, and need not.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_never_ends_tells_what_need_not_happen_and_what_is_shortest(bool polls)
    {
        void Describe(ModelBuilder m)
        {
            var (asked, given) = (m.Var("asked", Sort.Bool), m.Var("given", Sort.Bool));
            m.Thread("user", repeats: false, t =>
            {
                t.Step("ask", s => s.Set(asked, true));
                t.Label("poll");
                if (polls)
                {
                    t.Branch("look", given, () => t.Return(), () => t.Goto("poll"));
                }
                else
                {
                    t.Wait("wait", given);
                }
            });
            m.Rule("give", s => s.When(asked & !given).Set(given, true).By("device"));
            m.LeadsTo("P", asked, given);
            m.Reachable("given", given);
        }

        var run = Check("P", Describe);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("  no run with fewer steps, its loop included, breaks the claim\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("\npossible there, and fair never to happen: give (device)\n", run.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Check("P", Describe, "--json").Out);
        Assert.Equal(["give (device)"], json.RootElement.GetProperty("results")[0].GetProperty("trace").GetProperty("neverTaken")
            .EnumerateArray().Select(one => one.GetString()));
    }

    // The nearest loop has six steps; a step more leads to a loop of one.
    [Fact]
    public void The_loop_counts_as_well_as_the_steps_before_it()
    {
        static void Describe(ModelBuilder m)
        {
            var (asked, given, quick) = (m.Var("asked", Sort.Bool), m.Var("given", Sort.Bool), m.Var("quick", Sort.Bool));
            m.Thread("user", repeats: false, t =>
            {
                t.Step("ask", s => s.Set(asked, true));
                t.Label("poll");
                t.Branch("look", quick, () => t.Goto("poll"), () =>
                {
                    for (var i = 1; i <= 5; i++)
                    {
                        t.Step($"doze {i}", _ => { });
                    }

                    t.Goto("poll");
                });
            });
            m.Rule("hurry", s => s.When(asked & !quick).Set(quick, true).By("device"));
            m.Rule("give", s => s.When(asked & !given).Set(given, true).By("device"));
            m.LeadsTo("P", asked, given);
            m.Reachable("given", given);
        }

        using var json = JsonDocument.Parse(Check("P", Describe, "--json").Out);
        var trace = json.RootElement.GetProperty("results")[0].GetProperty("trace");
        Assert.Equal(["ask", "hurry", "look"],
            trace.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("step").GetString()));
        Assert.Equal((2, "run"), (trace.GetProperty("loopStart").GetInt32(), trace.GetProperty("minimal").GetString()));
    }

    private static ToolRun Check(string property, Action<ModelBuilder> describe, params string[] options)
    {
        var claim = new Claim
        {
            Id = "C",
            Sentence = "It ends.",
            Family = new Described(describe),
            Choices = Choices.Default,
            Property = property,
            Expected = new Expectation.Proved(),
            Sources = [],
        };
        return ToolRun.On(TestClaims.Of(claim), new ExplicitEngine(), ["check", "C", .. options]);
    }

    private sealed class Described(Action<ModelBuilder> describe) : ModelFamily("described", "what a test describes")
    {
        protected override void Describe(ModelBuilder m) => describe(m);
    }
}
