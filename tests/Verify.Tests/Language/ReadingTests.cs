using Verify.Language;
using Verify.Modelling;

namespace Verify.Tests.Language;

/// <summary>A protocol file that is wrong gets diagnostics with their places, and several in one run.</summary>
public sealed class ReadingTests
{
    private const string Head = """
        model m "a model"
        processors cpu = 2 in 1..4
        enum owner { Free, User }
        record entry { to: owner, writable: bool }
        fault dropped "one step is dropped"
        var lock: bool, who: cpu?, own[cpu]: owner, tlb[cpu]: entry?, n: 0..3

        """;

    private const string Tail = """

        rule idle(c: cpu) when !lock { lock = true }
        always A "it holds": true
        """;

    [Fact]
    [Provokes("VRF130")]
    public void A_text_that_cannot_be_read_is_reported_at_its_column()
    {
        var found = Mistakes("rule r(c: cpu) when lock { lock = false; n = 1 }");
        Assert.Equal(["VRF130 8,40"], found.Select(PlaceOf));
        Assert.Contains("comma", found[0].Hint, StringComparison.Ordinal);
        Assert.Equal("rule r(c: cpu) when lock { lock = false; n = 1 }\n                                       ^", found[0].Excerpt);
    }

    [Theory]
    [InlineData("rule r(c: cpu) when lok { lock = true }", "VRF113 8,21", "did you mean lock?")]
    [InlineData("rule r(c: cpu) when own[c] == Fre { lock = true }", "VRF113 8,31", "did you mean Free?")]
    [InlineData("rule r(c: cpux) when lock { lock = true }", "VRF113 8,11", "did you mean cpu?")]
    [InlineData("rule r when own[who] == Free { lock = true }", "VRF101 8,17", "*who is its content")]
    [InlineData("rule r when n == lock { lock = true }", "VRF101 8,13", "one sort")]
    [InlineData("rule r { tlb[c] = none }", "VRF113 8,14", "did you mean")]
    [InlineData("rule r { n = 7 }", "VRF121 8,14", "widen")]
    [InlineData("rule r(c: cpu) when tlb[c].writable { n = 1 }", "VRF101 8,28", "->writable")]
    [InlineData("rule r(c: cpu) when *own[c] { n = 1 }", "VRF101 8,22", "option")]
    [InlineData("rule r(lock: cpu) { n = 1 }", "VRF102 8,8", "one name")]
    [InlineData("rule r with n == 1 { n = 1 }", "VRF131 8,13", "faults")]
    [InlineData("rule r unless fault drop { n = 1 }", "VRF113 8,21", "declare it")]
    [InlineData("rule r { 3 = n }", "VRF106 8,10", "assign")]
    [InlineData("rule r when exists c in cpu: c < c { n = 1 }", "VRF109 8,30", "equality")]
    [InlineData("rule r when n = 1 { n = 2 }", "VRF130 8,15", "==")]
    [InlineData("rule r { n--, lock = true }", "VRF130 8,11", "write x = x - 1")]
    [InlineData("rule r { n += 2 }", "VRF130 8,12", "write x = x + 1")]
    [InlineData("var kind: enum { A, B }", "VRF130 8,11", "enum NAME")]
    [InlineData("var kind: 0..3 {", "VRF130 8,16", "language.md")]
    [InlineData("thread t(c: cpu) { local x: bool step a { x = true } }\nalways B \"b\": t[c0].x", "VRF113 9,15", "t.x[c] is its local x")]
    [InlineData("always B: n = 1", "VRF130 8,13", "==")]
    [InlineData("thread t { step a if n = 1 { step b } step c }", "VRF130 8,24", "==")]
    [InlineData("thread t with fault dropped forever { step a }", "VRF130 8,29", "write thread NAME forever")]
    [InlineData("memory orders none \"stores wait\"", "VRF130 8,20", "memory orders \"")]
    [InlineData("reachable \"it is\" unless fault dropped: lock", "VRF130 8,19", "… unless …")]
    [InlineData("thread t {\n local k: 0..1\n step a { k = 1 }\n if k == 1 { step b }\n}", "VRF110 11,2", "step")]
    [InlineData("rule r never \"why\" unless fault dropped { n = 1 }", "VRF130 8,20", "(unless …)")]
    [InlineData("rule r { n = 1, n = 2 }", "VRF104 8,1", "simultaneous")]
    [InlineData("var own: bool", "VRF102 8,5", "rename")]
    [InlineData("thread t(c: cpu) { await flush }", "VRF113 8,26", "ipi NAME")]
    [InlineData("thread t(c: cpu) { rcu_read_unlock }", "VRF110 8,20", "rcu_read_lock")]
    [InlineData("thread t(c: cpu) { ipi f(d in cpu) { n = 1 } ipi f(d in cpu) { n = 2 } }", "VRF102 8,50", "name of its own")]
    [InlineData("thread t(c: cpu) { read_lock lock }", "VRF101 8,30", "sort")]
    [InlineData("var count: bool", "VRF130 8,5", "`count`")]
    [InlineData("thread t(c: cpu) { goto nowhere }", "VRF110 8,20", "step")]
    [InlineData("thread t(c: cpu) { if lock { step a } step b }", "VRF110 8,23", "locals only")]
    public void A_mistake_has_its_place_and_a_hint(string line, string place, string hint)
    {
        var found = Mistakes(line);
        Assert.Equal(place, PlaceOf(Assert.Single(found)));
        Assert.Contains(hint, found[0].Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rule r when (n = 1) { n = 2 }")]
    [InlineData("rule r { if (n = 1) { n = 2 } }")]
    public void An_update_where_a_comparison_is_meant_is_answered(string line) =>
        Assert.Contains("== compares", Mistakes(line)[0].Hint, StringComparison.Ordinal);

    [Fact]
    public void Several_mistakes_are_reported_in_one_run() => Assert.Equal(
        ["VRF130 8,13", "VRF130 9,22", "VRF130 11,1", "VRF130 13,8"],
        Mistakes("""
            rule r when { lock = true }
            rule s { lock = true n = 1 }
            thread t(c: cpu) {
            stp first { n = 1 }
              step second { n = 2 }
              step ) third
            }
            """).Select(PlaceOf));

    [Fact]
    [Provokes("VRF131")]
    public void A_choice_of_the_instance_cannot_depend_on_the_state() =>
        Assert.Equal("VRF131", Mistakes("rule r unless lock { n = 1 }")[0].Code.Id);

    [Fact]
    public void A_part_that_an_instance_lacks_is_not_read_in_it()
    {
        var file = ProtocolFile.Parse("m.verify", Head + """
            var extra: bool with fault dropped
            rule r when fault dropped && extra || !lock { if fault dropped { extra = true } else { lock = true } }
            """ + Tail);
        Assert.Empty(file.MistakesOf(Choices.Default));
        Assert.Empty(file.MistakesOf(Choices.Default.With(file.Family.Faults[0])));
    }

    [Fact]
    public void Identities_and_sizes_are_lists_as_variables_are() =>
        Assert.Empty(Mistakes("identities page = 2, frame = 2 in 1..4 as f size depth = 1, width = 2 rule r(p: page) { n = depth }"));

    [Fact]
    public void A_deep_text_is_refused_and_ends()
    {
        Assert.NotEmpty(Mistakes($"rule r when {new string('(', 100_000)} {{ n = 1 }}"));
        Assert.NotEmpty(Mistakes($"rule r when {new string('!', 100_000)}lock {{ n = 1 }}"));
        Assert.NotEmpty(Mistakes($"rule r when {string.Join(" && ", Enumerable.Repeat("lock", 5_000))} {{ n = 1 }}"));
        Assert.NotEmpty(Mistakes($"rule r {string.Concat(Enumerable.Repeat("{ if lock ", 100_000))}"));
    }

    private static string PlaceOf(Diagnostic one) => $"{one.Code.Id} {one.Where!.Line},{one.Where.Column}";

    private static List<Diagnostic> Mistakes(string lines) =>
        [.. ProtocolFile.Parse("m.verify", Head + "\n" + lines + Tail).MistakesOf(Choices.Default).Select(one => one.Diagnostic)];
}
