using System.Collections.Immutable;
using Verify.Claims;
using Verify.Language;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Syntax;

namespace Verify.Murphi;

/// <summary>A Murphi file: a family of models. Its properties are questions, because it claims nothing.</summary>
public sealed class MurphiFile : IModelFile
{
    /// <summary>The ending of the names of Murphi files.</summary>
    public const string Ending = ".m";

    private readonly Problems problems;

    private MurphiFile(string path, string text)
    {
        problems = new Problems(new SourceText(path, text));
        Family = new MurphiFamily(MurphiParser.Parse(problems), problems.Source);
    }

    /// <inheritdoc/>
    public ModelFamily Family { get; }

    /// <inheritdoc/>
    public ImmutableArray<Claim> Claims => [];

    /// <summary>The mistakes that were found without building a model, each with its place in the text.</summary>
    public ImmutableArray<(Span Span, Diagnostic Diagnostic)> Mistakes => problems.All;

    /// <summary>Reads a text, however wrong it is.</summary>
    public static MurphiFile Parse(string path, string text) => new(path, text);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">VRF402: there is no such file, or it cannot be read.</exception>
    public static MurphiFile Load(string path) => Parse(path, ModelFiles.Read(path));

    /// <inheritdoc/>
    public void Check(IEnumerable<Choices> instances)
    {
        problems.Throw();
        foreach (var choices in instances)
        {
            Family.Build(choices);
        }
    }
}
