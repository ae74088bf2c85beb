using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Verify.Modelling;

/// <summary>Builds a model: declare sorts and variables, then rules, threads and properties.</summary>
public sealed class ModelBuilder
{
    private const int MaxMembers = 1 << 24;
    private const int MaxParts = 20_000;
    private readonly List<Variable> variables = [];
    private readonly List<Func<Rule>> rules = [];
    private readonly List<Property> properties = [];
    private readonly List<Mark> marks = [];
    private readonly List<StartCondition> starts = [];
    private readonly List<ModelThread> threads = [];
    private readonly List<object> published = [];
    private readonly HashSet<string> sortNames = new(StringComparer.Ordinal);
    private readonly ModelFamily? family;
    private readonly Choices choices;
    private Sort.ScalarSet? processors;

    /// <summary>Creates a builder for a model without choices, as in tests and examples.</summary>
    public ModelBuilder(string name) => (Name, choices) = (name, Choices.Default);

    internal ModelBuilder(ModelFamily family, Choices choices) =>
        (Name, this.family, this.choices) = (family.Name, family, choices);

    /// <summary>The name of the model.</summary>
    public string Name { get; }

    /// <summary>The sort of the processors; null until declared.</summary>
    internal Sort.ScalarSet? ProcessorSort => processors;

    /// <summary>The variables that are declared so far.</summary>
    public IReadOnlyList<Variable> Variables => variables;

    /// <summary>The value of a size parameter of the family.</summary>
    public int Size(string name) => choices.Sizes.TryGetValue(name, out var value)
        ? value
        : family?.Sizes.FirstOrDefault(size => size.Name == name)?.Default
            ?? throw Dsl.Error(ErrorCodes.UnknownName, $"family '{Name}' declares no size '{name}'");

    /// <summary>True if a fault or a feature is switched on.</summary>
    public bool Has(Switch one) => family is null || family.AllSwitches.Any(other => other.Name == one.Name && other.Kind == one.Kind)
        ? (one is Fault ? choices.Faults : choices.Features).Contains(one.Name)
        : throw Dsl.Error(ErrorCodes.UnknownName, $"family '{Name}' does not have the {one.Kind} '{one.Name}'");

    /// <summary>True if an assumption is made.</summary>
    public bool Assumes(Assumption assumption) =>
        family is null || family.Assumptions.Any(a => a.Name == assumption.Name)
            ? choices.Assumptions.Contains(assumption.Name)
            : throw Dsl.Error(ErrorCodes.UnknownName, $"family '{Name}' does not list the assumption '{assumption.Name}'");

    /// <summary>True if the profile is the chosen one.</summary>
    public bool Is(Profile profile) => family is null || family.Profiles.Any(p => p.Name == profile.Name)
        ? (choices.Profile ?? family?.Profiles.FirstOrDefault()?.Name) == profile.Name
        : throw Dsl.Error(ErrorCodes.UnknownName, $"family '{Name}' does not list the profile '{profile.Name}'");

    /// <summary>Declares the processors: a scalar set whose members are the columns of a trace.</summary>
    public Sort Processors(string name, int count) => processors = Identities(name, count, "CPU");

    /// <summary>Declares a scalar set. Reports show each member as the prefix and a number from 0.</summary>
    public Sort ScalarSet(string name, int count, string? prefix = null) => Identities(name, count, prefix ?? name);

    /// <summary>Declares a scalar set with named members.</summary>
    public Sort ScalarSet(string name, params ReadOnlySpan<string> members)
    {
        ClaimName(name, members.Length, "scalar set");
        ClaimMembers(name, [.. members]);
        return new Sort.ScalarSet(name, [.. members]);
    }

    /// <summary>Makes a scalar set the processors, whose members are the columns of a trace.</summary>
    public void RunOn(Sort.ScalarSet identities) => processors = identities;

    /// <summary>Declares a record sort.</summary>
    public Sort Record(string name, params ReadOnlySpan<Field> fields)
    {
        ClaimName(name, fields.Length, "record");
        ClaimMembers(name, [.. fields.ToImmutableArray().Select(field => field.Name)]);
        return new Sort.Record(name, [.. fields]);
    }

    /// <summary>Declares a variable of any sort. For a map, the initial value may be that of an element.</summary>
    public Expr Var(string name, Sort sort, Expr? initially = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Declare(name, sort, initially, VariableRole.State, file, line);

    /// <summary>Declares a map variable.</summary>
    public Expr Map(string name, Sort key, Sort value, Expr? initially = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Declare(name, Sort.Map(key, value), initially, VariableRole.State, file, line);

    /// <summary>Declares a map variable with two keys.</summary>
    public Expr Map(string name, Sort first, Sort second, Sort value, Expr? initially = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Declare(name, Sort.Map(first, Sort.Map(second, value)), initially, VariableRole.State, file, line);

    /// <summary>Declares a variable that may start with any value that the initial conditions allow.</summary>
    public Expr AnyOf(string name, Sort sort,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new Variable(name, sort, null, VariableRole.State, SourceLocation.From(file, line)));

    /// <summary>
    /// Declares a condition on the values that variables start with. It is defined for all values and reads no ghosts.
    /// </summary>
    public void Initially(Expr holds, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        starts.Add(new StartCondition(Truth(holds), SourceLocation.From(file, line)));

    /// <summary>Declares a ghost variable: rules write it; only properties and other ghosts may read it.</summary>
    public Expr Ghost(string name, Sort sort, Expr? initially = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Declare(name, sort, initially, VariableRole.Ghost, file, line);

    /// <summary>Declares a variable of any role.</summary>
    public Expr Declare(string name, Sort sort, Expr? initially, VariableRole role,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new Variable(name, sort, initially is null ? Zero(sort) : Spread(initially, sort), role, SourceLocation.From(file, line)));

    /// <summary>Declares a rule without parameters.</summary>
    public StepBuilder Rule(string name, Action<StepBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddRule(name, [], (step, _) => body(step), file, line);

    /// <summary>Declares a rule with one parameter.</summary>
    public StepBuilder Rule(string name, Sort a, Action<StepBuilder, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddRule(name, [a], (step, p) => body(step, p[0]), file, line);

    /// <summary>Declares a rule with two parameters.</summary>
    public StepBuilder Rule(string name, Sort a, Sort b, Action<StepBuilder, Expr, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddRule(name, [a, b], (step, p) => body(step, p[0], p[1]), file, line);

    /// <summary>Declares a rule with three parameters.</summary>
    public StepBuilder Rule(string name, Sort a, Sort b, Sort c, Action<StepBuilder, Expr, Expr, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddRule(name, [a, b, c], (step, p) => body(step, p[0], p[1], p[2]), file, line);

    /// <summary>Declares a rule with four parameters.</summary>
    public StepBuilder Rule(string name, Sort a, Sort b, Sort c, Sort d, Action<StepBuilder, Expr, Expr, Expr, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        AddRule(name, [a, b, c, d], (step, p) => body(step, p[0], p[1], p[2], p[3]), file, line);

    /// <summary>Declares a rule whose parameters are made already.</summary>
    public StepBuilder Rule(string name, ImmutableArray<Binder> parameters, Action<StepBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var step = new StepBuilder(this, name, null, parameters, SourceLocation.From(file, line));
        body(step);
        rules.Add(() => step.ToRule());
        return step;
    }

    /// <summary>Declares a thread whose key is made already; a single thread without a key.</summary>
    /// <returns>The thread; properties and other threads can test its position with <c>At</c>.</returns>
    public ModelThread Thread(string name, Binder? key, bool repeats, Action<ThreadBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var thread = new ThreadBuilder(this, name, key, repeats, SourceLocation.From(file, line));
        body(thread);
        return Compiled(thread);
    }

    /// <summary>Declares a thread for each value of a scalar sort: a program of named atomic steps.</summary>
    /// <param name="name">The name of the thread; reports show its steps by their own names.</param>
    /// <param name="each">The sort with one value per thread; if it is the processors' sort, thread n runs on processor
    /// n.</param>
    /// <param name="repeats">True if the thread starts again at its end.</param>
    /// <param name="body">The program.</param>
    /// <param name="file">Supplied by the compiler.</param>
    /// <param name="line">Supplied by the compiler.</param>
    /// <returns>The thread; properties and other threads can test its position with <c>At</c>.</returns>
    public ModelThread Thread(string name, Sort each, bool repeats, Action<ThreadBuilder, Expr> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!each.IsScalar)
        {
            throw Dsl.Error(ErrorCodes.SortMismatch,
                $"thread '{name}' cannot exist for each '{each}': the sort has no finite list of values");
        }

        var key = new Binder(Dsl.NameFor(each), each);
        var thread = new ThreadBuilder(this, name, key, repeats, SourceLocation.From(file, line));
        body(thread, new Expr.BoundVariable(key));
        return Compiled(thread);
    }

    /// <summary>Declares a single thread.</summary>
    /// <param name="name">The name of the thread; reports show its steps by their own names.</param>
    /// <param name="repeats">True if the thread starts again at its end.</param>
    /// <param name="body">The program.</param>
    /// <param name="file">Supplied by the compiler.</param>
    /// <param name="line">Supplied by the compiler.</param>
    /// <returns>The thread; properties and other threads can test its position with <c>At</c>.</returns>
    public ModelThread Thread(string name, bool repeats, Action<ThreadBuilder> body,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var thread = new ThreadBuilder(this, name, null, repeats, SourceLocation.From(file, line));
        body(thread);
        return Compiled(thread);
    }

    /// <summary>Declares a property that must hold in every reachable state.</summary>
    /// <remarks>
    /// If it is an implication, for all values of some sorts or not, its premise must hold in some state, or a proof is
    /// vacuous.
    /// </remarks>
    /// <param name="name">The name, unique in the model.</param>
    /// <param name="holds">The state predicate.</param>
    /// <param name="text">The property in a sentence.</param>
    /// <param name="premiseNever">The reason why the premise never holds in this instance; null if it must hold once. If
    /// it holds after all, the claim is not as expected.</param>
    /// <param name="file">Supplied by the compiler.</param>
    /// <param name="line">Supplied by the compiler.</param>
    public void Always(string name, Expr holds, string? text = null, string? premiseNever = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        properties.Add(new Property.Always(name, text ?? name, SourceLocation.From(file, line), Truth(holds))
        {
            PremiseNever = premiseNever,
        });

    /// <summary>Declares a property that must hold in some reachable state.</summary>
    public void Reachable(string name, Expr holds, string? text = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        properties.Add(new Property.Reachable(name, text ?? name, SourceLocation.From(file, line), Truth(holds)));

    /// <summary>Declares that every reachable state has a successor, except where the model may rest.</summary>
    /// <remarks>If no thread starts again, the model may also rest where all of them have ended.</remarks>
    public void NoDeadlock(string name, Expr? mayRest = null, string? text = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        properties.Add(new Property.NoDeadlock(name, text ?? name, SourceLocation.From(file, line), Truth(mayRest ?? false)));

    /// <summary>
    /// Declares that a state where <paramref name="from"/> holds is followed, now or later, by one where
    /// <paramref name="to"/> holds.
    /// </summary>
    public void LeadsTo(string name, Expr from, Expr to, string? text = null,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        properties.Add(new Property.LeadsTo(name, text ?? name, SourceLocation.From(file, line), Truth(from), Truth(to)));

    /// <summary>Declares a word that reports print behind a location while a condition holds and is defined.</summary>
    public void Mark(string text, Sort over, Func<Expr, (Expr Target, Expr When)> what,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var a = new Binder(Dsl.NameFor(over), over);
        Add(text, [a], what(new Expr.BoundVariable(a)), file, line);
    }

    /// <summary>
    /// Declares a word that reports print behind a location with two keys while a condition holds and is defined.
    /// </summary>
    public void Mark(string text, Sort first, Sort second, Func<Expr, Expr, (Expr Target, Expr When)> what,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var (a, b) = (new Binder(Dsl.NameFor(first), first), new Binder(Dsl.NameFor(second), second));
        Add(text, [a, b], what(new Expr.BoundVariable(a), new Expr.BoundVariable(b)), file, line);
    }

    /// <summary>Declares a word that reports print behind a location with any number of keys.</summary>
    public void Mark(string text, ImmutableArray<Binder> over, Expr target, Expr when,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Add(text, over, (target, when), file, line);

    private void Add(string text, ImmutableArray<Binder> over, (Expr Target, Expr When) what, string file, int line)
    {
        StepBuilder.CheckLocation(what.Target);
        marks.Add(new Mark(text, over, what.Target, Truth(what.When), SourceLocation.From(file, line)));
    }

    /// <summary>Publishes a part of the model, under its type, for invariants.</summary>
    public void Publish(object part) => published.Add(part);

    /// <summary>Validates the model and returns it.</summary>
    /// <exception cref="UserErrorException">VRF1xx: a mistake in the model, reported at its line.</exception>
    public Model Build() => new(
        Name, [.. variables], [.. rules.Select(make => make())], [.. properties.Select(WithEnd)], [.. marks], processors,
        [.. starts])
    {
        Threads = [.. threads],
        Parts = [.. published],
    };

    // A model may rest where all threads have ended. A thread that starts again does not end.
    private Property WithEnd(Property property)
    {
        if (property is not Property.NoDeadlock deadlock || threads.Count == 0 || threads.Any(thread => thread.HasEnded is null))
        {
            return property;
        }

        var haveEnded = threads.Select(thread => thread.HasEnded!).Aggregate((one, other) => one & other);
        return deadlock with { MayRest = deadlock.MayRest | haveEnded };
    }

    internal void Add(Rule rule) => Add(() => rule);

    private void Add(Func<Rule> make)
    {
        Limit(rules.Count, "rules");
        rules.Add(make);
    }

    private void Limit(int count, string what)
    {
        if (count >= MaxParts)
        {
            throw Dsl.Error(ErrorCodes.TooLarge, $"the model '{Name}' has over {MaxParts:N0} {what}",
                "give a rule a parameter, or a variable a map, in place of many copies; or end the loop that declares them");
        }
    }

    internal StepBuilder AddRule(string name, ReadOnlySpan<Sort> sorts, Action<StepBuilder, Expr[]> body, string file, int line)
    {
        var step = new StepBuilder(this, name, null, sorts, SourceLocation.From(file, line));
        body(step, [.. step.Parameters.Select(binder => new Expr.BoundVariable(binder))]);
        // The caller may still add sources after this call, so the rule is made when the model is built.
        Add(() => step.ToRule());
        return step;
    }

    private ModelThread Compiled(ThreadBuilder thread)
    {
        threads.Add(thread.Compile());
        return threads[^1];
    }

    private Expr.Read Add(Variable variable)
    {
        Limit(variables.Count, "variables");
        variables.Add(variable);
        return new Expr.Read(variable);
    }

    private static Expr Truth(Expr expr) => Dsl.Coerce(expr, Sort.Bool);

    private Sort.ScalarSet Identities(string name, int count, string prefix)
    {
        ClaimName(name, count, "scalar set");
        if (count > MaxMembers)
        {
            throw Dsl.Error(ErrorCodes.BadDeclaration, $"scalar set '{name}' has {count} members, over 16 million");
        }

        return new Sort.ScalarSet(name, [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")]);
    }

    private void ClaimName(string name, int members, string kind)
    {
        if (members <= 0)
        {
            throw Dsl.Error(ErrorCodes.BadDeclaration, $"{kind} '{name}' is empty");
        }

        if (!sortNames.Add(name))
        {
            throw Dsl.Error(ErrorCodes.DuplicateName, $"the sort '{name}' is declared twice");
        }
    }

    private static void ClaimMembers(string sort, string[] members)
    {
        var twice = members.GroupBy(member => member, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw Dsl.Error(ErrorCodes.DuplicateName, $"'{sort}' has two parts with the name '{twice.Key}'");
        }
    }

    internal static Expr Zero(Sort sort) => sort switch
    {
        Sort.Optional => new Expr.NoneOf(sort),
        Sort.Record record => new Expr.RecordOf(record, [.. record.Fields.Select(f => Zero(f.Sort))]),
        Sort.Mapping map => new Expr.ConstantMap(map, Zero(map.Value)),
        Sort.Interval range => new Expr.Literal(sort, range.Low),
        _ => new Expr.Literal(sort, 0),
    };

    private static Expr Spread(Expr value, Sort sort) =>
        sort is Sort.Mapping map && !value.Sort.Equals(sort)
            ? new Expr.ConstantMap(map, Spread(value, map.Value))
            : Dsl.Coerce(value, sort);
}
