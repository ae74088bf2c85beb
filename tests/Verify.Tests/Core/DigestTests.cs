using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>
/// A digest identifies the states, steps and properties of a model, independent of how they are written.
/// </summary>
public sealed class DigestTests
{
    private static readonly Source Source = Source.Manual("rule", "section");

    [Fact]
    public void Names_of_bound_variables_lines_sources_and_reports_do_not_matter()
    {
        var plain = Plain();
        Assert.Equal(plain, Of((m, cpu, map) =>
        {
            m.Rule("step", cpu, (s, another) => s
                .When(!map[another])
                .Set(map[another], true));
            m.Always("property", ForAll(cpu, x => Exists(cpu, y => x == y)), "in other words");
        }));
        Assert.Equal(plain, Plain(step: s => s.From(Source)));
        Assert.Equal(plain, Plain(step: s => s.By("an actor").Shows()));
        Assert.Equal(plain, Of((m, cpu, map) =>
        {
            m.Mark("word", cpu, c => (map[c], true));
            Describe(m, cpu, map);
        }));
    }

    [Fact]
    public void Everything_else_does()
    {
        string[] digests =
        [
            Plain(),
            Plain(step: s => s.When(false)),
            Plain(step: s => s.Fair()),
            Plain(value: false),
            Plain(property: (cpu, _) => ForAll(cpu, x => Exists(cpu, y => x != y))),
            Plain(property: (cpu, map) => ForAll(cpu, x => Exists(cpu, y => map[x]))),
            Plain(property: (cpu, map) => ForAll(cpu, x => Exists(cpu, y => map[y]))),
            Plain(more: m => m.Rule("more", s => s.When(true))),
            Plain(more: m => m.Var("more", Sort.Bool)),
            Plain(more: m => m.Var("more", Sort.Bool, true)),
            Plain(more: m => m.Var("more", Sort.Range(0, 1))),
            Plain(more: m => m.Ghost("more", Sort.Bool)),
            Plain(more: m => m.AnyOf("more", Sort.Bool)),
            Plain(more: m => m.Initially(true)),
            Plain(more: m => m.Initially(m.AnyOf("more", Sort.Bool))),
            Plain(more: m => m.Initially(!m.AnyOf("more", Sort.Bool))),
            Plain(more: m => m.Always("more", true)),
            Plain(more: m => m.Reachable("more", true)),
            Plain(more: m => m.NoDeadlock("more", true)),
            Plain(more: m => m.LeadsTo("more", true, false)),
            Plain(more: m => m.LeadsTo("more", false, true)),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.All(digests, digest => Assert.Matches("^[0-9a-f]{12}$", digest));
    }

    // Special characters in names do not make the text ambiguous.
    [Fact]
    public void Sorts_and_models_of_other_names_are_others()
    {
        static Sort Set(string name, params string[] members) => new ModelBuilder("any").ScalarSet(name, members);
        static Sort Record(string name, params Field[] fields) => new ModelBuilder("any").Record(name, fields);
        var (one, other) = (new Field("a", Sort.Bool), new Field("b", Sort.Bool));
        Sort[] sorts =
        [
            Set("s", "a", "b"), Set("s", "a, b"), Set("s", "\"a\"", "b"), Set("s", "\"a", "b\""), Set("s", "a\", \"b"),
            Set("s", "a\\", "b"),
            Set("s { a", "b"), Set("s", "a }", "b"), Set("s", " a", "b"), Set("s", "a\n", "b"), Set("s", "a> ", "b"),
            Record("r", one, other), Record("r", new Field("a: bool, b", Sort.Bool)), Record("r", one with { IsGhost = true }, other),
            Record("r", new Field("ghost a", Sort.Bool), other), Record("r", new Field("ghost  a", Sort.Bool), other),
        ];
        Assert.Equal(sorts.Length, sorts.Distinct().Count());

        static Model Of(string name, bool hasMore)
        {
            var m = new ModelBuilder(name);
            if (hasMore)
            {
                m.Var("more", Sort.Bool);
            }

            m.Rule("step", s => s.When(true));
            m.Always("property", true);
            return m.Build();
        }

        var more = Of("one", hasMore: true);
        var forged = Of(string.Join('\n', ModelPrinter.Of(more).Split('\n')[..2])["model ".Length..], hasMore: false);
        Assert.NotEqual(more.Digest, forged.Digest);
    }

    // The first two names have equal short digests, found by search; UTF-8 would encode the others as equal bytes.
    [Fact]
    public void Models_of_one_digest_are_not_taken_for_each_other()
    {
        static Model Of(string name, bool isSet)
        {
            var m = new ModelBuilder("atk-col");
            var (a, b) = (m.Var(name, Sort.Bool), m.Var("b", Sort.Bool));
            m.Rule("r", s => s.Set(isSet ? a : b, true));
            m.Always("p", !a);
            m.Reachable("q", isSet ? a : b);
            return m.Build();
        }

        foreach (var (name, other) in new[] { ("x00dd27fb", "x01de891a"), ("a\ud800", "a\ud801") })
        {
            var (good, bad) = (Of(name, isSet: false), Of(other, isSet: true));
            Assert.NotEqual(good.Identity, bad.Identity);
            Assert.Equal(good.Identity, Of(name, isSet: false).Identity);
            var engine = new CachingEngine(new ExplicitEngine());
            Assert.IsType<Verdict.Proved>(engine.Decide(good, good.Property("p"), EngineOptions.Default));
            Assert.IsType<Verdict.Refuted>(engine.Decide(bad, bad.Property("p"), EngineOptions.Default));
        }

        Assert.Equal(Of("x00dd27fb", isSet: false).Digest, Of("x01de891a", isSet: true).Digest);
    }

    [Fact]
    public void The_actors_of_steps_are_part_of_a_model()
    {
        static Model Of(string actor)
        {
            var m = new ModelBuilder("actor");
            var bit = m.Var("bit", Sort.Bool);
            m.Rule("r", s => s.By(actor).Set(bit, true));
            m.Always("p", !bit);
            return m.Build();
        }

        Assert.Equal(Of("one").Digest, Of("other").Digest);
        Assert.NotEqual(Of("one").Identity, Of("other").Identity);
    }

    [Fact]
    public void A_change_of_grouping_is_a_change()
    {
        var m = new ModelBuilder("text");
        var (a, b, c) = (m.Var("a", Sort.Bool), m.Var("b", Sort.Bool), m.Var("c", Sort.Bool));
        Expr[] all =
        [
            (a & b) | c, a & (b | c), a & (b & c), a & b & c, a.Implies(b.Implies(c)), a.Implies(b).Implies(c),
            (!a & b) == c, !(a & b) == c, !((a & b) == c), If(a, b, c) == a, If(a, b, c == a), If(a, b, c & a),
            If(a, b, c) & a, Exists(Sort.Bool, x => x & a), Exists(Sort.Bool, x => x) & a,
        ];
        Assert.Equal(all.Length, all.Select(ModelPrinter.Of).Distinct().Count());
    }

    [Fact]
    public void Reports_print_expressions_by_the_names_of_their_variables()
    {
        var m = new ModelBuilder("text");
        var cpu = m.Processors("cpu", 2);
        var pte = m.Map("pte", cpu, Sort.Option(Sort.Range(0, 3)));
        var on = m.Var("on", Sort.Bool);
        Assert.Equal(
            "ForAll cpu: cpu. (ForAll cpu2: cpu. (on | pte[cpu].HasValue) & pte[cpu2].Value + 1 <= 3 | !(cpu == cpu2))",
            ForAll(cpu, cpu, (a, b) => ((on | pte[a].HasValue) & pte[b].Value + 1 <= 3) | a != b).ToString());
        Assert.Equal("if on then None else Some(3)", If(on, ModelBuilder.Zero(Sort.Option(Sort.Range(0, 3))), 3).ToString());
        Assert.Equal("!on", (!on).ToString());
        Assert.Equal("on", (!!on).ToString());
    }

    private static string Of(Action<ModelBuilder, Sort, Expr> describe)
    {
        var m = new ModelBuilder("small");
        var cpu = m.Processors("cpu", 2);
        describe(m, cpu, m.Map("map", cpu, Sort.Bool));
        return m.Build().Digest;
    }

    private static string Plain(
        Action<StepBuilder>? step = null, bool value = true, Func<Sort, Expr, Expr>? property = null, Action<ModelBuilder>? more = null) =>
        Of((m, cpu, map) =>
        {
            Describe(m, cpu, map, step, value, property);
            more?.Invoke(m);
        });

    private static void Describe(ModelBuilder m, Sort cpu, Expr map,
        Action<StepBuilder>? step = null, bool value = true, Func<Sort, Expr, Expr>? property = null)
    {
        m.Rule("step", cpu, (s, c) =>
        {
            s.When(!map[c]).Set(map[c], value);
            step?.Invoke(s);
        });
        m.Always("property", property?.Invoke(cpu, map) ?? ForAll(cpu, a => Exists(cpu, b => a == b)));
    }
}
