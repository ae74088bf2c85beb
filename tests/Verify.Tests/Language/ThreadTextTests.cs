using Mine;
using Verify.Language;
using Verify.Language.Printing;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Language;

/// <summary>A thread in text is the thread that the same statements make in code.</summary>
public sealed class ThreadTextTests
{
    private const string Text = """
        model threads
        processors cpu = 2
        identities frame = 2 as f
        var busy: bool, own[frame]: bool, n: 0..3

        thread one(c: cpu) forever {
          local mine: frame?, tries: 0..2 = 1
          label top
          either {
            step take(f: frame, g: frame) from "t", "r" when !own[f] && f != g { own[f] = true, mine = f }
          } or {
            step spin unfair shows () { n = tries }
            goto top
          }
          step test when !busy { tries = 2 } branch n == 1 {
            never "it is never one here"
            step reset { n = 0 }
          } else {
            while tries == 2 {
              step again { tries = tries - 1, for d in frame { if d == *mine { own[d] = false } } }
            }
            step leave
            return
          }
          if mine != none { step drop { mine = none } } else if tries == 0 { step none_left } else { step rest }
        }

        thread two {
          step begin when busy { busy = false }
          step end when one[cpu.CPU0] at (top, test) { busy = true }
        }

        always A: true
        nodeadlock D
        """;

    [Fact]
    public void Every_statement_makes_the_rules_that_code_makes() => AssertSame(Code(), Build(Text));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_protocol_of_the_front_page_is_the_class_of_the_page_on_modelling(bool isFreeFirst)
    {
        var choices = isFreeFirst ? Choices.Default.With(LateFlush.FreeFirst) : Choices.Default;
        var file = ProtocolFile.Parse("late-flush.verify", Repository.Text("src/docs/samples/late-flush.verify"));
        AssertSame(new LateFlush().Build(choices), file.Family.Build(choices));
    }

    [Fact]
    public void The_end_of_a_thread_is_done_whatever_label_stands_there()
    {
        const string Labelled = "model m var a: bool thread t { step one branch a { goto out } step two label out } always A: true ";
        AssertSame(Build(Labelled + "always B: t at out => a"), Build(Labelled + "always B: t at done => a"));
    }

    [Fact]
    public void A_remark_that_begins_a_line_is_laid_out_as_part_of_its_step()
    {
        const string Laid = "thread t {\n  step one\n    never \"because\"\n    { a = true }\n"
            + "  step two branch a {\n    never \"because\"\n  }\n}\n";
        Assert.Equal(Laid, Formatter.Format("m.verify", Laid));
    }

    private static void AssertSame(Model expected, Model found)
    {
        Assert.Equal(ModelPrinter.WithActors(expected), ModelPrinter.WithActors(found));
        Assert.Equal(expected.Rules.Select(rule => (rule.Thread, rule.Step, rule.Copy, rule.Never, rule.Branch is null, rule.Shown.Length)),
            found.Rules.Select(rule => (rule.Thread, rule.Step, rule.Copy, rule.Never, rule.Branch is null, rule.Shown.Length)));
    }

    private static Model Build(string text)
    {
        var file = ProtocolFile.Parse("threads.verify", text);
        Assert.Empty(file.MistakesOf(Choices.Default).Select(one => one.Diagnostic.ToString()));
        return file.Family.Build(Choices.Default);
    }

    private static Model Code()
    {
        var m = new ModelBuilder("threads");
        var cpu = m.Processors("cpu", 2);
        var frame = m.ScalarSet("frame", 2, "f");
        var busy = m.Var("busy", Sort.Bool);
        var own = m.Map("own", frame, Sort.Bool);
        var n = m.Var("n", Sort.Range(0, 3));
        var one = m.Thread("one", cpu, repeats: true, (t, c) =>
        {
            var mine = t.Local("mine", frame);
            var tries = t.Local("tries", Sort.Range(0, 2), 1);
            t.Label("top");
            t.Either(
                () => t.Step("take", frame, frame, (s, f, g) => s.When(!own[f] & f != g).Set(own[f], true).Set(mine, f)),
                () =>
                {
                    t.Step("spin", s => s.Fair(false).Shows().Set(n, tries));
                    t.Goto("top");
                });
            t.Branch("test", n == 1, () =>
            {
                t.Never("it is never one here");
                t.Step("reset", s => s.Set(n, 0));
            }, () =>
            {
                t.While(tries == 2, () => t.Step("again", s => s.Set(tries, tries - 1)
                    .Each(frame, d => s.SetIf(d == mine.Value, own[d], false))));
                t.Step("leave", _ => { });
                t.Return();
            }, s => s.When(!busy).Set(tries, 2));
            t.If(mine.HasValue, () => t.Step("drop", s => s.Set(mine, None)), () => t.If(tries == 0,
                () => t.Step("none_left", _ => { }), () => t.Step("rest", _ => { })));
        });
        m.Thread("two", repeats: false, t =>
        {
            t.Step("begin", s => s.When(busy).Set(busy, false));
            t.Step("end", s => s.When(one.At(IdentityOf((Sort.ScalarSet)cpu, 0), "top", "test")).Set(busy, true));
        });
        m.Always("A", true);
        m.NoDeadlock("D");
        return m.Build();
    }
}
