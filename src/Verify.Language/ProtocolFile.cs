using System.Collections.Immutable;
using Verify.Claims;
using Verify.Language.Building;
using Verify.Language.Parts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language;

/// <summary>A protocol file: a family of models and claims about it.</summary>
public sealed class ProtocolFile : IModelFile
{
    /// <summary>The ending of the names of protocol files.</summary>
    public const string Ending = ".verify";

    private readonly Problems problems;

    private ProtocolFile(string path, string text, Func<ImmutableArray<HardwarePart>> parts)
    {
        problems = new Problems(new SourceText(path, text));
        Syntax = DeclarationParser.Parse(problems);
        Family = new ProtocolFamily(Syntax, problems, parts);
        var claims = new ClaimReader(Family, problems);
        var written = Syntax.Declarations.OfType<Declaration.Claim>().ToList();
        foreach (var twice in written.GroupBy(claim => claim.Name.Text, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
        {
            problems.Add(ErrorCodes.BadClaim, twice.Name.Span, $"two claims have the identifier '{twice.Name.Text}'", "rename one of them");
        }

        Claims = [.. written.Select(claims.Read).OfType<Claim>()];
    }

    /// <summary>The text.</summary>
    public ProtocolSyntax Syntax { get; }

    /// <summary>The family.</summary>
    public ProtocolFamily Family { get; }

    ModelFamily IModelFile.Family => Family;

    /// <inheritdoc/>
    public ImmutableArray<Claim> Claims { get; }

    /// <summary>The mistakes that were found without building a model, each with its place in the text.</summary>
    public ImmutableArray<(Span Span, Diagnostic Diagnostic)> Mistakes => problems.All;

    /// <summary>Reads a text, however wrong it is.</summary>
    /// <param name="path">The path that diagnostics show.</param>
    /// <param name="text">The text.</param>
    /// <param name="parts">The parts of the hardware that it can use, each after those that it needs; by default none.</param>
    public static ProtocolFile Parse(string path, string text, Func<ImmutableArray<HardwarePart>>? parts = null) =>
        new(path, text, parts ?? (() => []));

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">VRF402: there is no such file, or it cannot be read.</exception>
    public static ProtocolFile Load(string path, Func<ImmutableArray<HardwarePart>>? parts = null) =>
        Parse(path, ModelFiles.Read(path), parts);

    /// <summary>Builds the model of some choices, and returns all mistakes: in the text, and of that instance.</summary>
    public ImmutableArray<(Span Span, Diagnostic Diagnostic)> MistakesOf(Choices choices)
    {
        var all = new Problems(Syntax.Source);
        foreach (var (span, known) in Mistakes)
        {
            all.Add(known.Code, span, known.Message, known.Hint);
        }

        // A text that is not read does not have the parts that its rest speaks of.
        if (!all.IsEmpty)
        {
            return all.All;
        }

        try
        {
            Family.Build(choices);
        }
        catch (UserErrorException e)
        {
            foreach (var (span, one) in e is ProtocolException { Found: var found } ? found : [(SpanOf(e.Diagnostic.Where), e.Diagnostic)])
            {
                all.Add(one.Code, span, one.Message, one.Hint);
            }
        }

        return all.All;
    }

    /// <inheritdoc/>
    public void Check(IEnumerable<Choices> instances)
    {
        problems.Throw();
        foreach (var choices in instances)
        {
            if (MistakesOf(choices) is { IsEmpty: false } mistakes)
            {
                throw new ProtocolException(mistakes);
            }
        }
    }

    // The place of a diagnostic; its line without the blanks in front if it has no column.
    private Span SpanOf(SourceLocation? where)
    {
        var text = Syntax.Source.Text;
        var line = where?.Line ?? 1;
        var start = 0;
        for (var i = 1; i < line && text.IndexOf('\n', start) is >= 0 and var end; i++)
        {
            start = end + 1;
        }

        start += Math.Max(0, (where?.Column ?? 0) - 1);
        while (start < text.Length && text[start] is ' ' or '\t')
        {
            start++;
        }

        var stop = start < text.Length ? text.IndexOf('\n', start) : -1;
        return new Span(start, stop < 0 ? text.Length : stop);
    }
}
