using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>A guard and simultaneous updates; one atomic step when it fires.</summary>
/// <param name="Name">The kernel's function name where there is one; unique in the model.</param>
/// <param name="Parameters">For any value of these.</param>
/// <param name="Guard">When it can fire.</param>
/// <param name="Updates">What it changes; every expression reads the state before the step.</param>
/// <param name="Actor">Who does it.</param>
/// <param name="Shown">What reports print in parentheses after the name.</param>
/// <param name="Fairness">What may not be put off for ever; null for a step that may never come.</param>
/// <param name="Sources">Where it comes from.</param>
/// <param name="Where">Where it is declared.</param>
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
    /// <summary>Why it shall never fire; null for a rule that a proof is empty without.</summary>
    public string? Never { get; init; }

    /// <summary>What it reads and writes.</summary>
    public Footprint Footprint => Footprint.Of(Guard, Updates);

    /// <summary>The thread whose step it is, if any.</summary>
    public string? Thread { get; init; }

    /// <summary>The name that reports print: the step's own, without the thread that it belongs to.</summary>
    public required string Step { get; init; }

    /// <summary>Which of the rules of its thread that are this step, or another of its name; from 1.</summary>
    public int Copy { get; init; } = 1;
}

/// <summary>
/// Weak fairness: what can happen all the time from some point on does happen again and again. The steps of one thread
/// count as one, whichever of them it is at.
/// </summary>
/// <param name="Group">What is treated as one; rules with the same group and the same values of <c>Of</c>.</param>
/// <param name="Of">The parameters that tell apart, say, the thread of one processor from that of another.</param>
public sealed record Fairness(string Group, ImmutableArray<Binder> Of);

/// <summary>One assignment of a rule.</summary>
/// <param name="Over">For every value of these.</param>
/// <param name="When">For which it holds.</param>
/// <param name="Target">A location: a variable, an entry, a field, the content of an option.</param>
/// <param name="Value">Its new value.</param>
/// <param name="Where">Where it is written.</param>
public sealed record Update(
    ImmutableArray<Binder> Over, Expr When, Expr Target, Expr Value, SourceLocation Where)
{
    /// <summary>The variable that the target is a part of.</summary>
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

/// <summary>Who takes a step: a processor, or something with a name.</summary>
/// <param name="Name">The name, when it is no processor.</param>
/// <param name="Processor">Which processor, when it is one.</param>
public sealed record Actor(string? Name, Expr? Processor);

/// <summary>Where a rule, a choice or a claim comes from.</summary>
/// <param name="Title">The kernel function, the mail, or the section of a manual.</param>
/// <param name="Reference">File, commit, message id or document, enough to find it.</param>
public sealed record Source(string Title, string Reference)
{
    private const string FromMemory = "from memory";

    /// <summary>Whether the source was not read for this, so that its version is not known.</summary>
    public bool IsRecalled => Reference.EndsWith(FromMemory, StringComparison.Ordinal);

    /// <summary>A function of the Linux kernel, as it was read.</summary>
    /// <param name="function">The function, or several of one file.</param>
    /// <param name="file">The file.</param>
    /// <param name="version">The commit, by 12 digits or more, or the version: what it is at others is not said.</param>
    /// <exception cref="UserErrorException">VRF103: it names neither.</exception>
    public static Source Kernel(string function, string file, string version)
    {
        if (!version.Any(char.IsAsciiDigit))
        {
            throw UserErrorException.At(null, ErrorCodes.BadDeclaration,
                $"the source {function}(), {file} names no commit and no version: '{version}'",
                "name the version that was read, as \"06d074298583\" or \"v6.18\"; or say Source.Recalled");
        }

        return new($"{function}()", $"{file}, {version}");
    }

    /// <summary>A function of the Linux kernel that is cited from memory, and was not read.</summary>
    public static Source Recalled(string function, string file) => new($"{function}()", $"{file}, {FromMemory}");

    /// <summary>A mail.</summary>
    public static Source Mail(string author, string date, string reference) => new($"{author}, {date}", reference);

    /// <summary>A section of an architecture manual.</summary>
    public static Source Manual(string rule, string section) => new(rule, section);

    /// <summary>Title and reference.</summary>
    public override string ToString() => $"{Title}, {Reference}";
}

/// <summary>The variables that a rule or property reads and writes.</summary>
/// <param name="Reads">Read by guard, conditions, indices or values.</param>
/// <param name="Writes">Written in whole or in part.</param>
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

        // The target itself is written, not read; what selects it is read.
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
                    Of(value.Option); // whether it holds a value decides whether the update is defined
                    break;
            }
        }
    }
}
