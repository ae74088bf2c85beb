using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Tests.Snapshots;
using Verify.Traces;

namespace Verify.Tests.TraceTexts;

public sealed class ColumnsTests
{
    private static string Render(Model model, string property, Trace trace, bool showStates = false, params string[] options)
    {
        // The snapshots omit the digest, which changes with every change of a model.
        var run = CheckedTrace.Check(new Interpreter(model), model.Property(property), trace, out _)!;
        var path = run.Encoded.Replace(model.Digest, "0123456789ab");
        ImmutableArray<string> replay = ["./verify", "replay", "TEST:" + property, .. options, $"--trace {path}"];
        return ColumnTrace.Of(run, new Caption("TEST:" + property, model.Name, replay), new TraceDetail(showStates));
    }

    private static string Refuted(Model model, string property, bool showStates = false) =>
        Render(model, property, Bfs.Refute(model, property), showStates);

    [Fact]
    public void Two_processors_and_a_mark() =>
        Snapshot.Matches("columns-two-cpus", Refuted(Shootdown.Of(2, isLocal: true), "I-ENTRY"));

    [Fact]
    public void Whole_states_on_request() =>
        Snapshot.Matches("columns-states", Refuted(Shootdown.Of(2, isLocal: true), "I-ENTRY", showStates: true));

    [Fact]
    public void A_witness_is_reached() =>
        Snapshot.Matches("columns-witness", Refuted(Shootdown.Of(2, isLocal: true), "two cached"));

    [Fact]
    public void A_change_on_another_processor_is_in_its_column()
    {
        var model = Shootdown.Of(4, isLocal: false);
        Snapshot.Matches("columns-four-cpus", Render(model, "I-ENTRY", Named(model,
            "insert_pfn", "tlb_fill CPU3", "tlb_fill CPU1", "tlb_fill CPU2", "ptep_get_and_clear", "flush_tlb_others", "free_page")));
    }

    [Fact]
    public void More_actors_than_fit_are_shown_in_one_column()
    {
        var model = Shootdown.Of(6, isLocal: false);
        Snapshot.Matches("columns-six-cpus", Render(model, "I-ENTRY", Named(model,
            "insert_pfn", "tlb_fill CPU5", "tlb_fill CPU1", "tlb_fill CPU2", "tlb_fill CPU4", "ptep_get_and_clear", "flush_tlb_others")));
    }

    [Fact]
    public void A_device_has_a_column_and_long_names_are_wrapped() =>
        Snapshot.Matches("columns-device", Refuted(TraceModels.Device(), "I-DMA"));

    [Fact]
    public void A_deadlock_starts_where_it_can() =>
        Snapshot.Matches("columns-deadlock", Refuted(TraceModels.Deadlock(), "NoDeadlock"));

    [Fact]
    public void A_loop_is_marked()
    {
        var model = TraceModels.Starving();
        var steps = Named(model, "spin_lock CPU2", "spin_unlock CPU2", "spin_lock CPU0", "spin_unlock CPU0");
        Snapshot.Matches("columns-lasso", Render(model, "L-PROG", steps with { LoopStart = 2 }));
    }

    [Fact]
    public void A_trace_of_no_steps_shows_the_start()
    {
        var model = TraceModels.Deadlock();
        var trace = new Trace([new Interpreter(model).InitialStates().First()], []);
        Snapshot.Matches("columns-no-steps", Render(model, "NoDeadlock", trace));
    }

    [Fact]
    public void A_long_replay_line_is_one_command_for_a_shell()
    {
        var model = TraceModels.Starving();
        var steps = Enumerable.Repeat<string[]>(["spin_lock CPU0", "spin_unlock CPU0"], 40).SelectMany(pair => pair);
        var text = Render(model, "L-PROG", Named(model, [.. steps]), options: ["--size cpu=3", "--fault 'odd name'"]);
        var command = text[(text.IndexOf("replay:\n", StringComparison.Ordinal) + 8)..].Replace("\\\n", "").Trim();
        var path = Replay.Encode(new Interpreter(model), Named(model, [.. steps])).Replace(model.Digest, "0123456789ab");
        Assert.Equal($"./verify replay TEST:L-PROG --size cpu=3 --fault 'odd name' --trace {path}",
            string.Join(' ', command.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void No_line_is_longer_than_72_characters_and_all_is_plain()
    {
        foreach (var model in new[]
        {
            Shootdown.Of(1, isLocal: true), Shootdown.Of(2, isLocal: false), Shootdown.Of(3, isLocal: true),
            Shootdown.Of(5, isLocal: false), TraceModels.Device(), TraceModels.Starving(), TraceModels.Deadlock(),
        })
        {
            for (var seed = 1UL; seed <= 30; seed++)
            {
                var trace = RandomWalk.Of(model, seed, length: 1 + (int)(seed % 15));
                foreach (var property in model.Properties)
                {
                    var text = Render(model, property.Name, trace, showStates: seed % 2 == 0);
                    Assert.All(text.Split('\n'), line =>
                    {
                        Assert.True(line.Length <= 72, line);
                        Assert.All(line, c => Assert.InRange(c, ' ', '~'));
                        Assert.Equal(line.TrimEnd(), line);
                    });
                }
            }
        }
    }

    /// <summary>A trace given by the names of its steps, with arguments where a name is ambiguous.</summary>
    private static Trace Named(Model model, params string[] names)
    {
        var interpreter = new Interpreter(model);
        var trace = new Trace([interpreter.InitialStates().First()], []);
        foreach (var name in names)
        {
            var words = name.Split(' ');
            var step = interpreter.Enabled(trace.Last).First(s => model.Rules[s.Rule].Step == words[0]
                && (words.Length == 1 || s.Arguments.Any(a => a.ToString() == words[1])));
            trace = Trace.Along(interpreter, trace.States[0], trace.Steps.Add(step));
        }

        return trace;
    }
}
