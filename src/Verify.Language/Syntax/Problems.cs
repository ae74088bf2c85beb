using System.Collections.Immutable;

namespace Verify.Language.Syntax;

/// <summary>The mistakes found in one text.</summary>
public sealed class Problems(SourceText source)
{
    private const int Most = 100;
    private readonly List<(Span Span, Diagnostic Diagnostic)> found = [];

    /// <summary>The text.</summary>
    public SourceText Source { get; } = source;

    /// <summary>True if there is none.</summary>
    public bool IsEmpty => found.Count == 0;

    /// <summary>The number of mistakes.</summary>
    public int Count => found.Count;

    /// <summary>The mistakes in the order of the text.</summary>
    public ImmutableArray<(Span Span, Diagnostic Diagnostic)> All => [.. found.OrderBy(one => one.Span.Start)];

    /// <summary>Adds a mistake, unless one is known at that place.</summary>
    public void Add(ErrorCode code, Span span, string message, string? hint = null)
    {
        if (found.Count < Most && !found.Exists(known => known.Span.Start == span.Start))
        {
            found.Add((span, new Diagnostic(code, message, Source.LocationOf(span), hint ?? HintOf(code))
            {
                Excerpt = Source.Excerpt(span),
            }));
        }
    }

    /// <summary>Throws the mistakes, if there are any.</summary>
    /// <exception cref="ProtocolException">The text is wrong.</exception>
    public void Throw()
    {
        if (!IsEmpty)
        {
            throw new ProtocolException(All);
        }
    }

    // The hints of the codes speak of C#.
    private static string HintOf(ErrorCode code) =>
        code == ErrorCodes.SortMismatch ? "compare and assign values of one sort; *x is the content of the option x"
        : code == ErrorCodes.NoValue ? "guard the read with x != none"
        : code == ErrorCodes.PartialStart ? "say x != none && before *x, in the same condition"
        : code == ErrorCodes.BadThread ? "every path through a thread needs a step; if and while read locals only"
        : code.Hint;
}

/// <summary>One or more mistakes in a protocol file.</summary>
/// <param name="found">The mistakes with their places, at least one, in the order of the text.</param>
public sealed class ProtocolException(ImmutableArray<(Span Span, Diagnostic Diagnostic)> found) : UserErrorException(found[0].Diagnostic)
{
    /// <summary>The mistakes with their places.</summary>
    public ImmutableArray<(Span Span, Diagnostic Diagnostic)> Found { get; } = found;

    /// <summary>The mistakes in the order of the text.</summary>
    public override ImmutableArray<Diagnostic> All { get; } = [.. found.Select(one => one.Diagnostic)];
}
