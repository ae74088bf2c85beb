using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>A guard and simultaneous updates. A rule fires as one atomic step.</summary>
/// <param name="Name">The kernel's function name where there is one; unique in the model.</param>
/// <param name="Parameters">The parameters; the rule exists for each combination of their values.</param>
/// <param name="Guard">The condition under which the rule can fire.</param>
/// <param name="Updates">The changes; every expression reads the state before the step.</param>
/// <param name="Actor">The actor that takes the step.</param>
/// <param name="Shown">The arguments that reports print in parentheses after the name.</param>
/// <param name="Fairness">The fairness group; null for a step that need never happen.</param>
/// <param name="Sources">The sources that the rule is modelled on.</param>
/// <param name="Where">The source location of the declaration.</param>
public sealed record Rule(
    string Name,
    ImmutableArray<Binder> Parameters,
    Expr Guard,
    ImmutableArray<Update> Updates,
    Actor Actor,
    ImmutableArray<Expr> Shown,
    Fairness? Fairness,
    ImmutableArray<Source> Sources,
    SourceLocation Where)
{
    /// <summary>The word for an empty option among <see cref="Shown"/>; null for <c>None</c>.</summary>
    public string? NoneShown { get; init; }

    /// <summary>
    /// The reason why the rule must never fire in this instance; null for a rule whose absence makes a proof vacuous.
    /// </summary>
    public string? Never { get; init; }

    /// <summary>The branch that the step decides; null for a step without one.</summary>
    public Branching? Branch { get; init; }

    /// <summary>The variables that the rule reads and writes.</summary>
    public Footprint Footprint => Footprint.Of(Guard, Updates);

    /// <summary>The thread that takes the step; null for a rule outside of threads.</summary>
    public string? Thread { get; init; }

    /// <summary>The name that reports print: the name of the step without the name of its thread.</summary>
    public required string Step { get; init; }

    /// <summary>The number of the rule, from 1, among the rules of its thread with the same step name.</summary>
    public int Copy { get; init; } = 1;
}

/// <summary>The two ways after a step that branches.</summary>
/// <param name="Condition">The condition that the step reads.</param>
/// <param name="NeverTrue">The reason why the condition is never true there; null if it must be true once.</param>
/// <param name="NeverFalse">The reason why the condition is never false there; null if it must be false once.</param>
public sealed record Branching(Expr Condition, string? NeverTrue, string? NeverFalse);

/// <summary>
/// Weak fairness: a step that stays enabled from some point on happens again and again. The steps of one thread count
/// as one step.
/// </summary>
/// <param name="Group">The group; rules with the same group and the same values of <c>Of</c> count as one.</param>
/// <param name="Of">The parameters that distinguish members of the group, such as the threads of two
/// processors.</param>
public sealed record Fairness(string Group, ImmutableArray<Binder> Of);

/// <summary>One assignment of a rule.</summary>
/// <param name="Over">The binders of the update, which happens for every value.</param>
/// <param name="When">The condition under which the update happens.</param>
/// <param name="Target">The target location: a variable, an entry, a field, or the content of an option.</param>
/// <param name="Value">The new value.</param>
/// <param name="Where">The source location of the update.</param>
public sealed record Update(
    ImmutableArray<Binder> Over, Expr When, Expr Target, Expr Value, SourceLocation Where)
{
    /// <summary>The variable that contains the target.</summary>
    public Variable Variable
    {
        get
        {
            var place = Target;
            while (place is not Expr.Read)
            {
                place = place switch
                {
                    Expr.Index at => at.Map,
                    Expr.FieldOf get => get.Record,
                    Expr.ValueOf value => value.Option,
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
            }

            return ((Expr.Read)place).Variable;
        }
    }
}

/// <summary>The actor of a step: a processor, another identity such as a task, a vCPU or a device, or a named actor.</summary>
/// <param name="Name">The name; null for an identity.</param>
/// <param name="Processor">The processor or other identity; null for a named actor.</param>
public sealed record Actor(string? Name, Expr? Processor);

/// <summary>The origin of a rule, a choice or a claim.</summary>
/// <param name="Title">The kernel function, the mail, or the section of a manual.</param>
/// <param name="Reference">The file, commit, message identifier or document.</param>
public sealed record Source(string Title, string Reference)
{
    private const string FromMemory = "from memory";

    /// <summary>True if the source is cited from memory, so that its version is unknown.</summary>
    public bool IsRecalled => Reference.EndsWith(FromMemory, StringComparison.Ordinal);

    /// <summary>A function of the Linux kernel in the version that was read.</summary>
    /// <param name="function">The function, or several of one file.</param>
    /// <param name="file">The file.</param>
    /// <param name="version">The commit, by at least 12 digits, or the version. Other versions may differ.</param>
    /// <exception cref="UserErrorException">VRF103: the text is neither a commit nor a version.</exception>
    public static Source Kernel(string function, string file, string version)
    {
        if (!version.Any(char.IsAsciiDigit))
        {
            throw UserErrorException.At(null, ErrorCodes.BadDeclaration,
                $"the source {function}(), {file} needs a commit or a version, got '{version}'",
                "name the version that was read, such as \"06d074298583\" or \"v6.18\"; or use Source.Recalled");
        }

        return new($"{function}()", $"{file}, {version}");
    }

    /// <summary>A function of the Linux kernel that is cited from memory.</summary>
    public static Source Recalled(string function, string file) => new($"{function}()", $"{file}, {FromMemory}");

    /// <summary>A mail.</summary>
    public static Source Mail(string author, string date, string reference) => new($"{author}, {date}", reference);

    /// <summary>A section of an architecture manual.</summary>
    public static Source Manual(string rule, string section) => new(rule, section);

    /// <summary>The title and the reference.</summary>
    public override string ToString() => $"{Title}, {Reference}";
}

/// <summary>The variables that a rule or property reads and writes.</summary>
/// <param name="Reads">The variables that guard, conditions, indices or values read.</param>
/// <param name="Writes">The variables that are written, in whole or in part.</param>
public sealed record Footprint(ImmutableHashSet<Variable> Reads, ImmutableHashSet<Variable> Writes)
{
    internal static Footprint Of(Expr guard, ImmutableArray<Update> updates)
    {
        var reads = new Reader();
        reads.Of(guard);
        foreach (var update in updates)
        {
            reads.Of(update.When);
            reads.Of(update.Value);
            reads.Indices(update.Target);
        }

        return new([.. reads.Found], [.. updates.Select(update => update.Variable)]);
    }

    /// <summary>The variables that an expression reads.</summary>
    public static Footprint Of(Expr expr) => Of(expr, []);

    private sealed class Reader : ExprVisitor
    {
        public HashSet<Variable> Found { get; } = [];

        protected internal override ValueTuple OnRead(Expr.Read node)
        {
            Found.Add(node.Variable);
            return default;
        }

        // The target is written, not read; the indices that select it are read.
        public void Indices(Expr target)
        {
            switch (target)
            {
                case Expr.Index at:
                    Of(at.Key);
                    Indices(at.Map);
                    break;
                case Expr.FieldOf get:
                    Indices(get.Record);
                    break;
                case Expr.ValueOf value:
                    Of(value.Option); // the update is defined only if the option holds a value
                    break;
            }
        }
    }
}
