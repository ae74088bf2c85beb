using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Execution;
using Verify.Murphi.Syntax;

namespace Verify.Murphi;

/// <summary>The models that a Murphi file describes: one for each value of its constants.</summary>
public sealed class MurphiFamily : ModelFamily
{
    private const int Largest = 10_000;
    private readonly MurphiProgram program;
    private readonly SourceText source;

    internal MurphiFamily(MurphiProgram program, SourceText source)
    {
        (this.program, this.source) = (program, source);
        Name = Path.GetFileNameWithoutExtension(source.File) is { Length: > 0 } name ? name : "murphi";
        Sizes =
        [
            .. program.Globals.Where(MurphiModel.IsSize).DistinctBy(one => one.Name.Text)
                .Select(one => ((int)((MurphiExpr.Number)one.Value!).Value, one.Name.Text) is var (value, text)
                    ? new SizeParameter(text, value, Math.Min(value, 1), Math.Max(value, Largest), "a constant of the text") : null!),
        ];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Summary => $"the Murphi model {Name}";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes { get; }

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var problems = new Problems(source);
        MurphiModel.Describe(program, problems, m);
    }
}
