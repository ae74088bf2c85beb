using System.Runtime.CompilerServices;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>The lines at which mistakes are reported, and the bounds of what a model may declare.</summary>
public sealed class MistakePlaceTests
{
    [Fact]
    public void A_mistake_of_a_program_is_reported_at_the_line_of_its_node()
    {
        At(m => m.Thread("t", false, t => Both(() => t.Step("stay", s => s.When(true)), () =>
            t.Goto("nowhere"))), 1);
        At(m => m.Thread("t", false, t => Both(() => t.Step("stay", s => s.When(true)), () =>
            t.While(true, () => { }))), 1);
        At(m => m.Thread("t", false, t => Both(() => t.Label("a"), () =>
            t.Goto("a"))), 1);
        At(m => m.Rule("r", s =>
            s
                .When(m.Var("bit", Sort.Bool))
                .Set(m.Var("small", Sort.Range(0, 3)),
                    true)), 1);

        static void At(
            Action<ModelBuilder> describe, int further, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        {
            var m = new ModelBuilder("bad");
            m.Always("true", true);
            var diagnostic = Assert.Throws<UserErrorException>(() => describe(m)).Diagnostic;
            Assert.Equal(SourceLocation.From(file, line + further), diagnostic.Where);
        }
    }

    [Theory]
    [InlineData("nothing", "VRF111")]
    [InlineData("no rule", "VRF111")]
    [InlineData("throws", "VRF114")]
    [InlineData("calls itself", "VRF122")]
    [InlineData("declares without end", "VRF122")]
    [InlineData("nests without end", "VRF122")]
    [InlineData("has a long thread", "VRF122")]
    [Provokes("VRF122")]
    public void A_mistake_of_a_whole_model_has_a_line_and_an_end(string what, string code)
    {
        var diagnostic = Assert.Throws<UserErrorException>(() => new Mistaken(what).Build(Choices.Default)).Diagnostic;
        Assert.Equal(code, diagnostic.Code.Id);
        Assert.EndsWith("MistakePlaceTests.cs", diagnostic.Where?.File);
    }

    private sealed class Mistaken(string what) : ModelFamily("mistaken", "a model with a mistake")
    {
        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Bool);
            switch (what)
            {
                case "no rule":
                    m.Always("p", x);
                    break;
                case "throws":
                    throw new InvalidOperationException("for some reason");
                case "calls itself":
                    Deeper(x);
                    break;
                case "declares without end":
                    for (var i = 0; ; i++)
                    {
                        m.Var($"x{i}", Sort.Bool);
                    }

                case "nests without end":
                    m.Thread("t", false, Nest);
                    break;
                case "has a long thread":
                    m.Thread("t", false, t =>
                    {
                        for (var i = 0; i < 3000; i++)
                        {
                            t.Step($"s{i}", s => s.When(x));
                        }
                    });
                    break;
            }
        }

        private static Expr Deeper(Expr x) => !Deeper(Some(x).HasValue);

        private static void Nest(ThreadBuilder t) => t.Either(() => Nest(t), () => t.Step("stay", s => s.When(true)));
    }

    private static void Both(Action first, Action second)
    {
        first();
        second();
    }
}
