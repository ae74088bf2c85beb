using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>The meaning of each kind of expression and update, and where each is undefined.</summary>
public sealed class InterpreterTests
{
    private static readonly SourceLocation Nowhere = new("nowhere", 1);
    private static readonly Field Number = new("n", Sort.Range(0, 3));
    private static readonly Field Flag = new("flag", Sort.Bool);

    private readonly ModelBuilder m = new("test");

    private enum Colour
    {
        Red,
        Green,
        Blue,
    }

    [Fact]
    public void Connectives_look_right_only_when_left_does_not_decide()
    {
        var undefined = m.Var("empty", Sort.Option(Sort.Bool)).Value;
        var (yes, no) = (m.Var("yes", Sort.Bool, true), m.Var("no", Sort.Bool));
        Is("false", no & undefined);
        Is("true", yes | undefined);
        Is("true", no.Implies(undefined));
        Is("true", If(yes, yes, undefined));
        Is("false", If(no, undefined, no));
        Is("true", Exists(Sort.Bool, b => !b | undefined));
        Is("false", ForAll(Sort.Bool, b => b & undefined));
        foreach (var expr in new[]
        {
            yes & undefined, no | undefined, yes.Implies(undefined), undefined & no, If(undefined, yes, yes),
            undefined == yes, !undefined, Count(Sort.Bool, b => b & undefined) == 0,
        })
        {
            Provoke.Anywhere(ErrorCodes.NoValue, () => Evaluate(expr));
        }
    }

    [Fact]
    public void Truth_tables()
    {
        var (yes, no) = (m.Var("yes", Sort.Bool, true), m.Var("no", Sort.Bool));
        Expr[] both = [no, yes];
        Assert.Equal("0001", Table(both, (a, b) => a & b));
        Assert.Equal("0111", Table(both, (a, b) => a | b));
        Assert.Equal("1101", Table(both, (a, b) => a.Implies(b)));
        Assert.Equal("1001", Table(both, (a, b) => a == b));
        Assert.Equal("0110", Table(both, (a, b) => a != b));
        Is("false", !yes);
    }

    [Fact]
    public void Numbers_compare_and_add_beyond_their_ranges()
    {
        var (x, y) = (m.Var("x", Sort.Range(-2, 3), -2), m.Var("y", Sort.Range(1, 3), 3));
        Is("true", x < y);
        Is("false", y <= x);
        Is("true", y >= 3);
        Is("false", y > 3);
        Is("1", x + y);
        Is("-5", x - y);
        Is("6", y + y);
        Is("true", x + y == 1);
        Assert.Equal(Sort.Range(-5, 2), (x - y).Sort);
        Assert.Equal(Sort.Range(-1, 6), (x + y).Sort);
        Is("2", Count(Sort.Range(-2, 3), i => i < 0));
    }

    [Fact]
    public void Options_hold_nothing_or_something()
    {
        var (none, some) = (m.Var("none", Sort.Option(Number.Sort)), m.Var("some", Sort.Option(Number.Sort), 2));
        Is("true", none.IsNone);
        Is("true", some.HasValue);
        Is("2", some.Value);
        Is("true", some == 2);
        Is("false", none == 0);
        Is("true", none != some);
        Is("true", none == None);
        Is("false", None == some);
        Is("true", some == Some(2));
        var nested = m.Var("nested", Sort.Option(Sort.Option(Number.Sort)), Some(ModelBuilder.Zero(some.Sort)));
        Is("true", nested.HasValue & nested.Value.IsNone);
    }

    [Fact]
    public void Records_and_maps_are_values()
    {
        var record = m.Record("pair", Number, Flag);
        var (a, b) = (m.Var("a", record), m.Var("b", record, New(record, 1, true)));
        Is("(n=0, flag=false)", a);
        Is("true", b[Flag] & b[Number] == 1);
        Is("true", a.With(Number, 1).With(Flag, true) == b);
        Is("false", a == b);
        var map = m.Map("map", Sort.Enum<Colour>(), Number.Sort, 2);
        Is("[2, 2, 2]", map);
        Is("2", map[Colour.Blue]);
        Is("true", map == Fill(map.Sort, 2));
        var byOption = m.Map("by option", Sort.Option(Sort.Bool), Sort.Bool, true);
        Is("[true, true, true]", byOption);
        Is("true", byOption[None] & byOption[true]);
        var deep = m.Map("deep", Sort.Bool, Sort.Enum<Colour>(), record);
        Is("0", deep[true, Colour.Green][Number]);
    }

    [Fact]
    public void Initial_states_are_all_combinations_in_a_fixed_order()
    {
        m.AnyOf("x", Sort.Range(-1, 1));
        m.Var("y", Sort.Bool, true);
        m.AnyOf("z", Sort.Option(Sort.Bool));
        m.Rule("idle", s => s.When(true));
        m.Always("true", true);
        Assert.Equal(
            ["-1 true None", "-1 true false", "-1 true true", "0 true None", "0 true false", "0 true true",
                "1 true None", "1 true false", "1 true true"],
            new Interpreter(m.Build()).InitialStates().Select(state => string.Join(' ', state.Values)));
    }

    [Fact]
    public void Every_update_reads_the_state_before_the_step()
    {
        var (a, b) = (m.Var("a", Number.Sort, 1), m.Var("b", Number.Sort, 2));
        Assert.Equal(["2 1"], After(s => s.Set(a, b).Set(b, a)));
    }

    [Fact]
    public void Updates_reach_into_entries_fields_and_contents()
    {
        var record = m.Record("pair", Number, Flag);
        var map = m.Map("map", Sort.Bool, Sort.Option(record));
        m.Var("other", Sort.Bool);
        var full = m.Map("full", Sort.Bool, Sort.Option(record), New(record, 1, false));
        Assert.Equal(["[None, (n=3, flag=true)] false [(n=1, flag=false), (n=2, flag=false)]"], After(s => s
            .Set(map[true], New(record, 3, true))
            .Set(full[true].Value[Number], full[false].Value[Number] + 1)));
    }

    [Fact]
    public void Conditions_and_repetitions_of_updates()
    {
        var map = m.Map("map", Sort.Range(0, 3), Number.Sort);
        var other = m.Var("other", Number.Sort);
        Assert.Equal(["[3, 2, 0, 0] 1"], After(s => s
            .Each(Sort.Range(0, 3), i => s.SetIf(i < 2, map[i], 3 - i))
            .If(other == 0, () => s.Set(other, 1))
            .If(other == 1, () => s.Set(map, Fill(map.Sort, 0)))));
        Assert.Single(new Interpreter(m.Build()).Model.Rules);
    }

    [Fact]
    public void A_rule_is_tried_for_all_its_arguments_in_order()
    {
        var x = m.Var("x", Sort.Range(0, 2));
        m.Rule("pick", Sort.Range(0, 2), Sort.Bool, (s, i, up) => s.When(i != x & (up | i == 1)).Set(x, i));
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        Assert.Equal(["1 false", "1 true", "2 true"],
            interpreter.Enabled(interpreter.InitialStates().Single()).Select(step => string.Join(' ', step.Arguments)));
    }

    [Fact]
    [Provokes("VRF104")]
    public void Two_writes_of_one_location_are_reported_in_the_state_where_they_collide()
    {
        var map = m.Map("map", Sort.Bool, Sort.Bool);
        var key = m.Var("key", Sort.Bool);
        m.Rule("fine", s => s.Set(map[key], true).Set(map[!key], true));
        m.Rule("collide", s => s.Set(map[key], true).Set(map[false], true));
        var line = Line() - 1;
        m.Rule("each", s => s.Each(Sort.Bool, b => s.Set(map[key], b)));
        m.Rule("whole", s => s.If(key, () => s.Set(map, map)).Set(map[true], true));
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var initial = interpreter.InitialStates().Single();
        Assert.Equal("[true, true]", interpreter.Successor(initial, new Step(0, [])).Values[0].ToString());
        Assert.Equal("[false, true]", interpreter.Successor(initial, new Step(3, [])).Values[0].ToString());
        var found = Provoke.Anywhere(ErrorCodes.DoubleWrite, () => interpreter.Successor(initial, new Step(1, [])));
        Assert.Equal(new SourceLocation("tests/Verify.Tests/Core/InterpreterTests.cs", line), found.Where);
        Provoke.Anywhere(ErrorCodes.DoubleWrite, () => interpreter.Successor(initial, new Step(2, [])));
        var raised = new State(initial.Values.SetItem(1, Value.Truth(true)));
        Provoke.Anywhere(ErrorCodes.DoubleWrite, () => interpreter.Successor(raised, new Step(3, [])));
    }

    [Fact]
    [Provokes("VRF120")]
    public void A_read_of_an_empty_option_is_reported_where_it_happens()
    {
        var option = m.Var("option", Sort.Option(Number.Sort));
        var other = m.Var("other", Number.Sort);
        m.Rule("guard", s => s.When(option.Value == 1));
        m.Rule("value", s => s.Set(other, option.Value));
        m.Rule("target", s => s.Set(option.Value, 1));
        m.Always("p", option.Value < 3);
        var line = Line() - 4;
        var interpreter = new Interpreter(m.Build());
        var initial = interpreter.InitialStates().Single();
        Assert.Equal(line, Provoke.Anywhere(ErrorCodes.NoValue, () => Assert.NotNull(interpreter.Enabled(initial).ToList())).Where!.Line);
        Assert.Equal(line + 1, Provoke.Anywhere(ErrorCodes.NoValue, () => interpreter.Successor(initial, new Step(1, []))).Where!.Line);
        Assert.Equal(line + 2, Provoke.Anywhere(ErrorCodes.NoValue, () => interpreter.Successor(initial, new Step(2, []))).Where!.Line);
        var property = interpreter.Model.Property("p");
        Provoke.Anywhere(ErrorCodes.NoValue, () => Replay.Decides(interpreter, property, new Traces.Trace([initial], [])));
    }

    [Fact]
    [Provokes("VRF121")]
    public void A_number_outside_of_its_range_is_reported_where_it_is_assigned()
    {
        var x = m.Var("x", Number.Sort, 3);
        var option = m.Var("option", Sort.Option(Number.Sort));
        var map = m.Map("map", Sort.Option(Number.Sort), Sort.Bool);
        var record = m.Record("pair", Number, Flag);
        Action<StepBuilder>[] bad =
        [
            s => s.Set(x, x + 1),
            s => s.Set(option, x + 1),
            s => s.Set(option, Some(x + 1)),
            s => s.Set(map[x + 1], true),
            s => s.When(map[x + 1]),
            s => s.When(New(record, x + 1, true)[Flag]),
            s => s.When(Fill(Sort.Map(Sort.Bool, Number.Sort), x + 1)[true] == 0),
        ];
        for (var i = 0; i < bad.Length; i++)
        {
            m.Rule($"bad{i}", bad[i]);
        }

        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var initial = interpreter.InitialStates().Single();
        for (var i = 0; i < bad.Length; i++)
        {
            var step = new Step(i, []);
            Provoke.Anywhere(ErrorCodes.OutOfRange, () =>
            {
                Assert.True(interpreter.IsEnabled(initial, step));
                interpreter.Successor(initial, step);
            });
        }
    }

    [Fact]
    [Provokes("VRF122")]
    public void An_instance_that_is_too_large_is_refused()
    {
        m.Map("map", Sort.Range(0, 70_000), Sort.Bool);
        var line = Line() - 1;
        m.Rule("idle", s => s.When(true));
        m.Always("true", true);
        var model = m.Build();
        var found = Provoke.Anywhere(ErrorCodes.TooLarge, () =>
            new ExplicitEngine().Decide(model, model.Properties[0], Engines.EngineOptions.Default));
        Assert.Equal(line, found.Where!.Line);
    }

    private static int Line([System.Runtime.CompilerServices.CallerLineNumber] int line = 0) => line;

    private static string Bit(Value value) => value.IsTrue ? "1" : "0";

    private string Table(Expr[] both, Func<Expr, Expr, Expr> connective) =>
        string.Concat(both.SelectMany(a => both.Select(b => Bit(Evaluate(connective(a, b))))));

    private void Is(string expected, Expr expr) => Assert.Equal(expected, Evaluate(expr).ToString());

    private Value Evaluate(Expr expr)
    {
        var interpreter = new Interpreter(Finished());
        return interpreter.Evaluate(interpreter.InitialStates().Single(), expr, Nowhere);
    }

    private List<string> After(Action<StepBuilder> body)
    {
        m.Rule("step", body);
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var initial = interpreter.InitialStates().Single();
        return [.. interpreter.Enabled(initial).Select(step => string.Join(' ', interpreter.Successor(initial, step).Values))];
    }

    private bool isFinished;

    // Builds a model of the variables so far, with a rule and a property.
    private Model Finished()
    {
        if (!isFinished)
        {
            isFinished = true;
            m.Rule("idle", s => s.When(true));
            m.Always("always", true);
        }

        return m.Build();
    }
}
