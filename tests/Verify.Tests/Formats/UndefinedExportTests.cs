using Verify.Formats;
using Verify.Formats.Murphi;
using Verify.Formats.Promela;
using Verify.Formats.Tla;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Formats;

/// <summary>An export of a model that is undefined somewhere, and names that break lines.</summary>
public sealed class UndefinedExportTests
{
    public static TheoryData<string> Kinds => ["range", "value in a guard", "value in an update", "value in a property", "one place twice"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Spin_finds_where_a_model_is_undefined(string kind)
    {
        Assert.SkipWhen(ForeignChecker.SpinMissing is not null, ForeignChecker.SpinMissing ?? "");
        var model = Undefined(kind);
        var text = new PromelaWriter().Export(model, model.Property("inv"))[0].Text;
        Assert.True(ForeignChecker.Spin(text).IsViolated);
        Assert.False(ForeignChecker.Spin(text, "-DTRUSTED").IsViolated);
    }

    [Fact]
    public void What_is_defined_everywhere_is_not_asserted()
    {
        var m = new ModelBuilder("total");
        var x = m.Var("x", Sort.Range(0, 3), 0);
        m.Rule("up", s => s.When(x < 3).Set(x, x + 1));
        m.Rule("down", s => s.When(x == 3).Set(x, 0));
        m.Always("inv", x < 4);
        m.Reachable("top", x == 3);
        var model = m.Build();
        Assert.False(ForeignChecker.SpinMissing is null
            && ForeignChecker.Spin(new PromelaWriter().Export(model, model.Property("inv"))[0].Text).IsViolated);
    }

    [Fact]
    public void A_line_break_in_a_name_or_a_sentence_stays_in_its_comment()
    {
        var m = new ModelBuilder("breaks\nassume false;");
        var x = m.Var("x\nassume false;", Sort.Range(0, 3), 0);
        m.Rule("up\nassume false;", s => s.When(x < 3).Set(x, x + 1).From(Source.Mail("me\nassume false;", "today", "id")));
        m.Always("inv\nassume false;", x <= 3, "first\u2028second\nassume false;");
        m.Reachable("top", x == 3);
        var model = m.Build();
        foreach (var writer in new IModelWriter[] { new MurphiWriter(), new TlaWriter(), new PromelaWriter() })
        {
            var text = writer.Export(model, model.Properties[0], "one\nassume false;")[0].Text;
            Assert.DoesNotContain("\nassume false;", text, StringComparison.Ordinal);
            Assert.DoesNotContain('\u2028', text);
        }
    }

    private static Model Undefined(string kind)
    {
        var m = new ModelBuilder("undefined");
        var pick = m.ScalarSet("pick", 2);
        var x = m.Var("x", Sort.Range(0, 3), 0);
        var o = m.Var("o", Sort.Option(Sort.Range(0, 3)), None);
        var a = m.Map("a", pick, Sort.Range(0, 2), 0);
        m.Rule("again", s => s.When(x == 3));
        switch (kind)
        {
            case "range":
                m.Rule("step", s => s.Set(x, x + 1));
                break;
            case "value in a guard":
                m.Rule("step", s => s.When(o.Value == 0).Set(x, 1));
                break;
            case "value in an update":
                m.Rule("step", s => s.When(x == 0).Set(x, o.Value));
                break;
            case "one place twice":
                m.Rule("step", pick, pick, (s, p, q) => s.Set(a[p], 1).Set(a[q], 2));
                break;
        }

        m.Always("inv", kind == "value in a property" ? o.Value != 0 : x <= 3);
        return m.Build();
    }
}
