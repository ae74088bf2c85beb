using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using static Verify.Modelling.Dsl;
using static Verify.Tests.Provoke;

namespace Verify.Tests.Core;

/// <summary>Every detectable mistake in a model is reported with its code and line.</summary>
public sealed class BadModelTests
{
    private static readonly Field Number = new("n", Sort.Range(0, 3));
    private static readonly Field Secret = new("secret", Sort.Bool, IsGhost: true);
    private static Expr leaked = true;

    private enum Colour
    {
        Red,
        Green,
    }

    [Theory]
    [Provokes("VRF103")]
    [InlineData("a b", "'offers' offers 'a b', which is not a valid name")]
    [InlineData("a,b", "which is not a valid name")]
    [InlineData("a@b", "which is not a valid name")]
    [InlineData("", "which is not a valid name")]
    [InlineData("none", "which is not a valid name")]
    [InlineData("assumed", "'offers' offers 'assumed' twice")]
    public void Names_of_choices_are_valid_and_unique(string fault, string said)
    {
        var error = Assert.Throws<UserErrorException>(() => new Offers(fault).Build(Choices.Default));
        Assert.Equal(ErrorCodes.BadDeclaration, error.Diagnostic.Code);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        new Offers("fault").Build(Choices.Default.Assume(new Assumption("assumed", "", "")));
    }

    [Fact]
    [Provokes("VRF101")]
    public void Sorts_that_do_not_fit()
    {
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m) == 3));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Small(m)));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Small(m) & true));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", m.Var("x", Sort.Enum<Colour>()) == DayOfWeek.Friday));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m) < 3));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m) + 1 == 3));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m).Value));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m).HasValue));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m).IsNone));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m)[true]));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bits(m)[3]));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Bit(m)[Number] == 3));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", m.Var("x", m.Record("r", Number)).With(Secret, true) == None));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", m.Var("x", Sort.Option(Sort.Bool)) == Some(3)));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", If(Bit(m), true, 3)));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", ForAll(Sort.Map(Sort.Bool, Sort.Bool), x => true)));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Exists(Sort.Bool, x => 3)));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", Fill(Sort.Bool, true) == true));
        InModel(ErrorCodes.SortMismatch, m => m.Always("p", New(m.Record("r", Number), 1, 2) == None));
        InModel(ErrorCodes.SortMismatch, m => m.Var("x", Sort.Bool, 3));
        InModel(ErrorCodes.SortMismatch, m => m.Rule("r", m.Record("r", Number), (s, x) => s.When(true)));
        InModel(ErrorCodes.SortMismatch, m => m.Rule("r", s => s.Set(Bit(m), 3)));
        InModel(ErrorCodes.SortMismatch, m => m.Rule("r", s => s.When(3)));
        InModel(ErrorCodes.SortMismatch, m => m.LeadsTo("p", 3, true));
    }

    [Fact]
    [Provokes("VRF102")]
    public void Names_declared_twice()
    {
        InModel(ErrorCodes.DuplicateName, m => Twice(() => m.Var("x", Sort.Bool)));
        InModel(ErrorCodes.DuplicateName, m => Twice(() => m.Rule("r", s => s.When(true))));
        InModel(ErrorCodes.DuplicateName, m => Twice(() => m.Reachable("p", true)));
        InModel(ErrorCodes.DuplicateName, m => Twice(() => m.ScalarSet("s", 2)));
        InModel(ErrorCodes.DuplicateName, m => Twice(() => m.Thread("t", false, Stay)));
        InModel(ErrorCodes.DuplicateName, m => m.Record("r", Number, new Field("n", Sort.Bool)));
        InModel(ErrorCodes.DuplicateName, m => m.ScalarSet("s", "a", "b", "a"));
    }

    [Fact]
    [Provokes("VRF103")]
    public void Declarations_of_nothing()
    {
        InModel(ErrorCodes.BadDeclaration, m => m.ScalarSet("s", 0));
        InModel(ErrorCodes.BadDeclaration, m => m.Processors("s", -1));
        InModel(ErrorCodes.BadDeclaration, m => m.ScalarSet("s"));
        InModel(ErrorCodes.BadDeclaration, m => m.Record("r"));
        InModel(ErrorCodes.BadDeclaration, m => m.Var("x", Sort.Range(3, 2)));
        InModel(ErrorCodes.BadDeclaration, m => m.Var("x", Sort.Range(0, 1 << 24)));
        InModel(ErrorCodes.BadDeclaration, m => m.Always("p", (Expr)int.MaxValue + 1 == 0));
        InModel(ErrorCodes.BadDeclaration, m => m.Always("p", (Expr)int.MinValue - 1 == 0));
        InModel(ErrorCodes.BadDeclaration, m => m.Map("x", m.Record("r", Number), Sort.Bool));
        InModel(ErrorCodes.BadDeclaration, m => m.Var(" ", Sort.Bool));
    }

    [Fact]
    [Provokes("VRF104")]
    public void Certain_double_writes()
    {
        InModel(ErrorCodes.DoubleWrite, m => m.Rule("r", s => With(Bit(m), x => s.Set(x, true).Set(x, false))));
        InModel(ErrorCodes.DoubleWrite, m => m.Rule("r", s => With(Bits(m), x => s.Set(x[true], true).Set(x, x))));
        InModel(ErrorCodes.DoubleWrite, m => m.Rule("r", s => With(Pair(m), x => s.Set(x, x).Set(x[Number], 1))));
        InModel(ErrorCodes.DoubleWrite, m => m.Rule("r", s => With(Maybe(m), x => s.Set(x, None).Set(x.Value, true))));
        InModel(ErrorCodes.DoubleWrite, m => m.Rule("r", Sort.Bool, (s, b) => With(Bits(m), x => s.Set(x[b], b).Set(x[b], b))));
    }

    [Fact]
    public void Different_places_are_not_a_double_write()
    {
        var m = new ModelBuilder("fine");
        var cpu = m.Processors("cpu", 2);
        var a = m.Map("a", cpu, Sort.Bool);
        var t = m.Var("t", Sort.Bool);
        var other = new Field("other", Sort.Bool);
        var record = m.Var("r", m.Record("record", Number, other));
        m.Rule("fields", s => s.Set(record[Number], 1).Set(record[other], true));
        m.Thread("t", cpu, true, (thread, c) =>
        {
            // The parameter of the step has the name of the thread's own parameter, and 't' is a prefix of its
            // counter's name.
            thread.Step("swap", cpu, (s, d) => s.When(c != d).Set(a[c], a[d]).Set(a[d], a[c]).Set(t, true));
        });
        m.Always("p", true);
        Assert.Equal(2, m.Build().Rules.Length);
    }

    [Fact]
    [Provokes("VRF105")]
    public void Ghosts_that_decide()
    {
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.When(Ghost(m))));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.Set(Bit(m), Ghost(m))));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.SetIf(Ghost(m), Bit(m), true)));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.Set(Bits(m)[Ghost(m)], true)));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.By(m.Ghost("g", m.Processors("cpu", 2)))));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => s.When(Pair(m)[Secret])));
        InModel(ErrorCodes.GhostRead, m => m.Rule("r", s => With(Pair(m), x => s.When(x == x.With(Number, 1)))));
        InModel(ErrorCodes.GhostRead, m => m.Thread("t", false, t => t.Branch("b", Ghost(m), () => Stay(t))));
    }

    [Fact]
    public void Ghosts_may_be_copied_and_observed()
    {
        var m = new ModelBuilder("fine");
        var record = m.Record("record", Number, Secret);
        var (x, y) = (m.Var("x", record), m.Var("y", record));
        var ghost = m.Ghost("g", Sort.Range(0, 3));
        m.Rule("copy", s => s.Set(x, y));
        m.Rule("mark", s => s.Set(x, x.With(Secret, !x[Secret])));
        m.Rule("note", s => s.Set(ghost, If(y[Secret], 1, ghost)));
        m.Rule("note if", s => s.SetIf(ghost == 1, y[Secret], true));
        m.Always("p", ghost < 3 | x == y);
        Assert.Equal(4, m.Build().Rules.Length);
    }

    [Fact]
    [Provokes("VRF106")]
    public void Targets_that_are_not_locations()
    {
        InModel(ErrorCodes.NotALocation, m => m.Rule("r", s => s.Set(true, false)));
        InModel(ErrorCodes.NotALocation, m => m.Rule("r", s => s.Set(Small(m) + 1, 2)));
        InModel(ErrorCodes.NotALocation, m => m.Rule("r", Sort.Bool, (s, b) => s.Set(b, true)));
        InModel(ErrorCodes.NotALocation, m => m.Rule("r", s => With(Bits(m), x => s.Set(If(x[true], x, x)[true], true))));
    }

    [Fact]
    [Provokes("VRF107")]
    public void Parameters_outside_of_their_scope()
    {
        InModel(ErrorCodes.Unbound, m => m.Always("p", Leak(m)));
        InModel(ErrorCodes.Unbound, m => m.Always("p", ForAll(Sort.Bool, b => leaked = b) & leaked));
        InModel(ErrorCodes.Unbound, m => With(Leak(m), x => m.Rule("r", s => s.When(x))));
        InModel(ErrorCodes.Unbound, m => With(Leak(m), x => m.Rule("r", s => s.Shows(x))));
        InModel(ErrorCodes.Unbound, m => With(Leak(m), x => m.Rule("r", s => s.Set(Bit(m), x))));
        InModel(ErrorCodes.Unbound, m => m.Var("y", Sort.Bool, Leak(m)));
        Anywhere(ErrorCodes.Unbound, () => Marked(m => (Bit(m), Leak(m))));
    }

    [Fact]
    [Provokes("VRF108")]
    public void Variables_of_another_model()
    {
        var other = Bit(new ModelBuilder("other"));
        InModel(ErrorCodes.ForeignVariable, m => m.Always("p", other));
        InModel(ErrorCodes.ForeignVariable, m => m.Rule("r", s => s.When(other)));
        InModel(ErrorCodes.ForeignVariable, m => m.Rule("r", s => s.Set(other, true)));
        Anywhere(ErrorCodes.ForeignVariable, () => Marked(m => (other, true)));
    }

    [Fact]
    [Provokes("VRF109")]
    public void Identities_that_are_counted_or_ordered()
    {
        InModel(ErrorCodes.BrokenSymmetry, m => m.Always("p", One(m) < 1));
        InModel(ErrorCodes.BrokenSymmetry, m => m.Always("p", One(m) + 1 == 1));
        InModel(ErrorCodes.BrokenSymmetry, m => m.Always("p", 3 >= One(m)));
    }

    [Fact]
    [Provokes("VRF110")]
    public void Threads_that_are_not_well_formed()
    {
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => t.Label("a")));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => Do(() => Stay(t), () => t.Goto("nowhere"))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => Do(() => t.Label("a"), () => t.Goto("a"))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => Twice(() => Do(() => t.Label("a"), () => Stay(t)))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => t.If(Bit(m), () => Stay(t), () => Stay(t))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => t.If(Local(t), () => Stay(t))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => t.While(Local(t), () => Stay(t))));
        InModel(ErrorCodes.BadThread, m => m.Thread("t", false, t => Do(() => t.While(Local(t), () => { }), () => Stay(t))));
    }

    [Fact]
    [Provokes("VRF111")]
    public void A_model_without_rules_or_properties()
    {
        Anywhere(ErrorCodes.EmptyModel, () => new ModelBuilder("empty").Build());
        var m = new ModelBuilder("no property");
        m.Rule("r", s => s.When(true));
        Anywhere(ErrorCodes.EmptyModel, () => m.Build());
    }

    [Fact]
    [Provokes("VRF112")]
    public void Initial_values_that_are_not_constants()
    {
        InModel(ErrorCodes.BadInitial, m => m.Var("y", Sort.Bool, Bit(m)));
    }

    [Fact]
    [Provokes("VRF113")]
    public void Names_that_are_not_declared()
    {
        InModel(ErrorCodes.UnknownName, m => m.Var("x", Sort.Range(0, m.Size("pages"))));
        var m = new ModelBuilder("fine");
        m.Rule("r", s => s.When(true));
        m.Always("p", true);
        var found = Anywhere(ErrorCodes.UnknownName, () => m.Build().Property("q"));
        Assert.Contains("it has 'p'", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Provokes("VRF121")]
    public void Constants_outside_of_their_range()
    {
        InModel(ErrorCodes.OutOfRange, m => m.Var("x", Sort.Range(0, 3), 4));
        InModel(ErrorCodes.OutOfRange, m => m.Rule("r", s => s.Set(Small(m), 4)));
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Map("x", Sort.Range(0, 3), Sort.Bool)[-1]));
        InModel(ErrorCodes.OutOfRange, m => m.Always("p", m.Var("x", Sort.Enum<Colour>()) == (Colour)7));
    }

    [Fact]
    public void Numbers_are_equal_by_value_whatever_their_ranges()
    {
        var m = new ModelBuilder("fine");
        var (plain, option) = (Small(m), m.Var("y", Sort.Option(Sort.Range(0, 3))));
        m.Rule("set", s => s.Set(plain, 3).Set(option, 3));
        m.Always("plain", plain != 4);
        m.Always("option", option != 4 & 4 != option);
        m.Always("met", option != 3);
        var model = m.Build();
        Assert.Equal(["plain", "option"], model.Properties.OfType<Property.Always>()
            .Where(property => new ExplicitEngine().Decide(model, property, EngineOptions.Default) is Verdict.Proved)
            .Select(property => property.Name));
    }

    [Fact]
    [Provokes("VRF116")]
    public void Conditions_that_C_sharp_is_asked_to_decide()
    {
        InModel(ErrorCodes.AskedOutside, m => m.Always("p", Bit(m) && true));
        InModel(ErrorCodes.AskedOutside, m => m.Always("p", Bit(m) || true));
        InModel(ErrorCodes.AskedOutside, m => m.Always("p", Bit(m) ? true : false));
        InModel(ErrorCodes.AskedOutside, m => m.Always("p", true && Bit(m)));
        InModel(ErrorCodes.AskedOutside, m => With(Bit(m), x => { if (x) { Twice(() => { }); } }));
    }

    private static Expr Bit(ModelBuilder m) => m.Var("x", Sort.Bool);

    private static Expr Small(ModelBuilder m) => m.Var("x", Sort.Range(0, 3));

    private static Expr Bits(ModelBuilder m) => m.Map("x", Sort.Bool, Sort.Bool);

    private static Expr Maybe(ModelBuilder m) => m.Var("x", Sort.Option(Sort.Bool));

    private static Expr Pair(ModelBuilder m) => m.Var("x", m.Record("pair", Number, Secret));

    private static Expr One(ModelBuilder m) => m.Var("x", m.ScalarSet("one", 2));

    private static Expr Ghost(ModelBuilder m) => m.Ghost("g", Sort.Bool);

    private static Expr Local(ThreadBuilder t) => t.Local("local", Sort.Bool, true);

    private static Expr Leak(ModelBuilder m)
    {
        m.Rule("leak", Sort.Bool, (s, b) => leaked = b);
        return leaked;
    }

    private static void Marked(Func<ModelBuilder, (Expr Target, Expr When)> what)
    {
        var m = new ModelBuilder("marked");
        m.Always("p", true);
        var mark = what(m);
        m.Rule("r", s => s.When(true));
        m.Mark("word", Sort.Bool, _ => mark);
        m.Build();
    }

    private static void Stay(ThreadBuilder thread) => thread.Step("stay", step => step.When(true));

    private static void With(Expr expr, Action<Expr> body) => body(expr);

    private static void Twice(Action action) => Do(action, action);

    private static void Do(Action first, Action second)
    {
        first();
        second();
    }

    private sealed class Offers(string fault) : ModelFamily
    {
        public override string Name => "offers";

        public override string Summary => "a family with a fault of some name";

        public override ImmutableArray<Fault> Faults => [new(fault, "a fault")];

        public override ImmutableArray<Assumption> Assumptions => [new("assumed", "it is so", "no component")];

        protected override void Describe(ModelBuilder m)
        {
            m.Rule("step", s => s.When(true));
            m.Always("true", true);
        }
    }
}
