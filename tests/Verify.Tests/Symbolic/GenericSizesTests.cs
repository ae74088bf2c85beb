using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Symbolic;

/// <summary>For which sizes a proof is: where the family describes another model, it is not for those.</summary>
public sealed class GenericSizesTests
{
    // Neither size alone makes it another model.
    [Fact]
    public void Sizes_are_looked_at_together()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 4, ""), new("page", 2, 1, 4, "")], m =>
        {
            var (cpu, page) = (m.ScalarSet("cpu", m.Size("cpu")), m.ScalarSet("page", m.Size("page")));
            var bad = m.Map("bad", cpu, page, Sort.Bool);
            m.Rule("rest", cpu, page, (s, c, p) => s.Set(bad[c][p], false));
            if (m.Size("cpu") > 2 && m.Size("page") > 2)
            {
                m.Rule("break", cpu, page, (s, c, p) => s.Set(bad[c][p], true));
            }

            m.Always("good", ForAll(cpu, page, (c, p) => !bad[c][p]));
        }));

        Assert.DoesNotContain("cpu, page", proof.Sentence, StringComparison.Ordinal);
    }

    // What the property says is the same for every size, but not where it is defined.
    [Fact]
    public void Where_a_property_is_defined_belongs_to_it()
    {
        var proof = Of(new Family([new("cpu", 2, 1, 4, "")], m =>
        {
            var cpu = m.ScalarSet("cpu", m.Size("cpu"));
            var (seen, count) = (m.Map("seen", cpu, Sort.Bool), m.Var("count", Sort.Range(0, 5)));
            var few = new Field("few", Sort.Range(0, 7 - m.Size("cpu")));
            var record = m.Record("fews", few);
            m.Rule("see", cpu, (s, c) => s.When(count < 5).Set(seen[c], true).Set(count, count + 1));
            m.Always("good", New(record, count)[few] >= 0);
        }));

        Assert.DoesNotContain("every number of cpu", proof.Sentence, StringComparison.Ordinal);
    }

    private static AnySizeProof Of(ModelFamily family) => AnySizeProof.Of(
        new Claim
        {
            Id = "SIZES",
            Sentence = "All is good.",
            Family = family,
            Choices = Choices.Default,
            Property = "good",
            Expected = new Expectation.Proved(),
            Sources = [],
        },
        new Nothing());

    private sealed class Family(ImmutableArray<SizeParameter> sizes, Action<ModelBuilder> body) : ModelFamily
    {
        public override string Name => "sizes";

        public override string Summary => "a model that differs with its sizes";

        public override ImmutableArray<SizeParameter> Sizes => sizes;

        protected override void Describe(ModelBuilder m) => body(m);
    }

    private sealed class Nothing : Invariant
    {
        public override ImmutableArray<string> Claims => ["SIZES"];

        protected override void Describe(InvariantBuilder i) => i.Add("nothing", true);
    }
}
