using Verify.Engines;
using Verify.Explicit;
using Verify.Language;
using Verify.Modelling;

namespace Verify.Tests.Language;

/// <summary>An idiom of threads is the steps that it stands for.</summary>
public sealed class IdiomTests
{
    private const string Head = """
        model m
        processors cpu = 2
        enum kind { A, B }
        var n: 0..3, own[cpu]: bool
        always X: true

        """;

    [Theory]
    [InlineData("lock l", "var l: bool", "lock l as spin_lock from \"a\", \"b\" unlock l", """
        step spin_lock when !l { l = true }
        step "unlock l" { l = false }
        """)]
    [InlineData("lock l[cpu]", "var l[cpu]: bool", "lock l[c] when n == 0", """
        step "lock l" when !l[c] && n == 0 { l[c] = true }
        """)]
    [InlineData("rwlock l", "record rwlock { writer: bool, readers: 0..2 } var l: rwlock",
        "read_lock l read_unlock l write_lock l as down_write write_unlock l", """
        step "read_lock l" when !l.writer { l.readers = l.readers + 1 }
        step "read_unlock l" { l.readers = l.readers - 1 }
        step down_write when !l.writer && l.readers == 0 { l.writer = true }
        step "write_unlock l" { l.writer = false }
        """)]
    public void A_lock_is_two_steps(string declared, string written, string idiom, string steps) => Assert.Equal(
        Digest($"{declared} thread t(c: cpu) {{ {idiom} }}"),
        Digest($"{written} thread t(c: cpu) {{ {steps} }}"));

    [Fact]
    public void An_interrupt_is_a_step_for_the_sender_a_rule_for_each_processor_and_a_wait() => Assert.Equal(
        Digest("""
            thread t(c: cpu) {
              ipi f(d in cpu) when d != c && n < 3 { own[d] = true }
              await f
            }
            """),
        Digest("""
            var f.asked[cpu, cpu]: bool
            rule f(c: cpu, d: cpu) fair as "rule f" (c, d) by d when f.asked[c, d] { own[d] = true, f.asked[c, d] = false }
            thread t(c: cpu) {
              step "send f" { for d in cpu { if d != c && n < 3 { f.asked[c, d] = true } } }
              step "await f" when !(exists d in cpu: f.asked[c, d])
            }
            """));

    [Fact]
    public void A_grace_period_waits_for_the_sections_that_are_open_when_it_begins() => Assert.Equal(
        Digest("""
            thread t(c: cpu) forever { rcu_read_lock rcu_read_unlock }
            thread u { synchronize_rcu }
            """),
        Digest("""
            var rcu.t[cpu]: 0..1, grace.u.t[cpu]: bool
            thread t(c: cpu) forever {
              step rcu_read_lock { rcu.t[c] = rcu.t[c] + 1 }
              step rcu_read_unlock { rcu.t[c] = rcu.t[c] - 1, if rcu.t[c] == 1 { grace.u.t[c] = false } }
            }
            thread u {
              step synchronize_rcu { for d in cpu { grace.u.t[d] = rcu.t[d] > 0 } }
              step "grace period" when !(exists d in cpu: grace.u.t[d])
            }
            """));

    // Were the inner end the end of both, the writer would go on, and the reader too.
    [Fact]
    public void A_section_inside_of_another_does_not_end_it()
    {
        var file = ProtocolFile.Parse("m.verify", """
            model nested "a reader that waits for one who waits for it"
            var gone: bool
            thread reader { rcu_read_lock rcu_read_lock rcu_read_unlock step wait when gone rcu_read_unlock }
            thread writer { synchronize_rcu step remove { gone = true } }
            nodeadlock D "no deadlock"
            """);
        var model = file.Family.Build(Choices.Default);
        Assert.IsType<Verdict.Refuted>(new ExplicitEngine().Decide(model, model.Property("D"), new EngineOptions(Budget.Unlimited)));
    }

    private static string Digest(string text)
    {
        var file = ProtocolFile.Parse("m.verify", Head + text);
        Assert.Empty(file.MistakesOf(Choices.Default).Select(one => $"{one.Diagnostic}"));
        return ModelPrinter.WithActors(file.Family.Build(Choices.Default));
    }
}
