using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Language.Parts;

/// <summary>
/// A part of the hardware that a protocol uses: its state, its steps of the environment, and words for steps and
/// properties.
/// </summary>
/// <param name="Name">The name, as <c>use</c> writes it.</param>
/// <param name="Summary">The part in one line.</param>
public sealed record HardwarePart(string Name, string Summary)
{
    /// <summary>The arguments that <c>use</c> may give.</summary>
    public ImmutableArray<PartParameter> Parameters { get; init; } = [];

    /// <summary>The names of the parts that the file must use too.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>The variables and sorts that it declares, each with its meaning.</summary>
    public ImmutableArray<(string Name, string Text)> State { get; init; } = [];

    /// <summary>The rules that it adds, each with its meaning.</summary>
    public ImmutableArray<(string Name, string Text)> Rules { get; init; } = [];

    /// <summary>The words that it adds to the language.</summary>
    public ImmutableArray<PartWord> Words { get; init; } = [];

    /// <summary>The profiles that the model offers because of given flags.</summary>
    public Func<IReadOnlySet<string>, ImmutableArray<Profile>> Profiles { get; init; } = _ => [];

    /// <summary>The simplifications, for given flags.</summary>
    public Func<IReadOnlySet<string>, ImmutableArray<Limit>> NotModelled { get; init; } = _ => [];

    /// <summary>Declares the variables.</summary>
    public required Action<PartUse> Declare { get; init; }

    /// <summary>True for the sorts whose variables <see cref="Adopt"/> takes.</summary>
    public Func<PartUse, Sort, bool> Follows { get; init; } = (_, _) => false;

    /// <summary>Takes each such variable of the file, before rules are added.</summary>
    public Action<PartUse, Expr> Adopt { get; init; } = (_, _) => { };

    /// <summary>Adds the rules, marks and properties.</summary>
    public Action<PartUse> AddRules { get; init; } = _ => { };
}

/// <summary>The kinds of an argument of a part.</summary>
public enum PartParameterKind
{
    /// <summary>A sort of the file; by default the one of that name. It holds for all parts.</summary>
    Sort,

    /// <summary>A word that is given or not.</summary>
    Flag,

    /// <summary>A number, or the name of a size.</summary>
    Number,

    /// <summary>One of some words; the first is the default.</summary>
    Choice,

    /// <summary>A variable of the file: a truth value for each processor.</summary>
    Variable,
}

/// <summary>An argument of a part.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Text">The meaning.</param>
public sealed record PartParameter(string Name, PartParameterKind Kind, string Text)
{
    /// <summary>The words of a choice.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];
}

/// <summary>An input of a word: <c>c: cpu</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Sort">The sort: of a parameter of the part, or declared by it; perhaps <c>va?</c> or <c>[cpu] bool</c>.</param>
public sealed record PartInput(string Name, string Sort)
{
    /// <summary>Inputs from a text such as <c>c: cpu, x: va?</c>.</summary>
    public static ImmutableArray<PartInput> Of(string text) =>
    [
        .. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(": "))
            .Select(pair => new PartInput(pair[0], pair[1])),
    ];
}

/// <summary>A word that a part adds to the language. A closed set.</summary>
/// <param name="Name">The word.</param>
/// <param name="Inputs">Its inputs, as <c>c: cpu, x: va?</c>.</param>
/// <param name="Text">Its meaning.</param>
public abstract record PartWord(string Name, string Inputs, string Text)
{
    /// <summary>Its kind as documentation names it.</summary>
    public abstract string Kind { get; }

    /// <summary>A value for expressions.</summary>
    public sealed record Value(string Name, string Inputs, string Text, Func<PartUse, IReadOnlyList<Expr>, Expr> Of)
        : PartWord(Name, Inputs, Text)
    {
        /// <inheritdoc/>
        public override string Kind => "value";
    }

    /// <summary>Updates, and perhaps guards, of a step.</summary>
    public sealed record Effect(string Name, string Inputs, string Text, Action<PartUse, StepBuilder, IReadOnlyList<Expr>> Add)
        : PartWord(Name, Inputs, Text)
    {
        /// <summary>The name of a step that does nothing else.</summary>
        public Func<PartUse, string>? Step { get; init; }

        /// <inheritdoc/>
        public override string Kind => "update";
    }

    /// <summary>Steps of a thread, one after another; the action adds to the first.</summary>
    public sealed record Steps(string Name, string Inputs, string Text,
        Action<PartUse, ThreadBuilder, IReadOnlyList<Expr>, Action<StepBuilder>> Add) : PartWord(Name, Inputs, Text)
    {
        /// <inheritdoc/>
        public override string Kind => "steps";
    }
}
