using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>The family of models that a protocol file describes.</summary>
public sealed class ProtocolFamily : ModelFamily
{
    private readonly ProtocolSyntax syntax;
    private readonly Lazy<ImmutableArray<HardwarePart>> parts;

    /// <summary>A family.</summary>
    /// <param name="syntax">The text.</param>
    /// <param name="problems">Where mistakes in what the file offers go.</param>
    /// <param name="parts">The parts that it can use.</param>
    internal ProtocolFamily(ProtocolSyntax syntax, Problems problems, Func<ImmutableArray<HardwarePart>> parts)
    {
        (this.syntax, this.parts) = (syntax, new(parts));
        var written = syntax.Declarations.OfType<Declaration.Use>().ToList();
        // The parts are in an assembly of their own, which most files do without.
        var known = written.Count > 0 ? Parts : [];
        PartReader.Check(written, known, problems);
        var models = syntax.Declarations.OfType<Declaration.Model>().ToList();
        foreach (var other in models.Skip(1))
        {
            problems.Add(ErrorCodes.DuplicateName, other.Name.Span, "a file describes one model", "move the second into a file of its own");
        }

        Name = models is [{ Name.Text.Length: > 0 } first, ..] ? first.Name.Text : Path.GetFileNameWithoutExtension(syntax.Source.File);
        Summary = models is [{ Summary.Length: > 0 } one, ..] ? one.Summary : Name;
        Sizes = [.. SizesIn(problems)];
        var offers = syntax.Declarations.OfType<Declaration.Offer>().ToList();
        foreach (var twice in offers.GroupBy(offer => offer.Name.Text, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
        {
            problems.Add(ErrorCodes.DuplicateName, twice.Name.Span, $"'{twice.Name.Text}' is declared twice");
        }

        Features = [.. Of("feature", offer => new Feature(offer.Name.Text, offer.Text, SourceOf(offer)))];
        Faults = [.. Of("fault", offer => new Fault(offer.Name.Text, offer.Text, SourceOf(offer)))];
        Assumptions = [.. Of("assumption", offer => new Assumption(offer.Name.Text, offer.Text, offer.EnforcedBy))];
        var uses = written.Select(use => (Part: PartReader.PartOf(use, known), Flags: PartReader.FlagsOf(use)))
            .Where(one => one.Part is not null).ToList();
        Profiles =
        [
            .. Of("profile", offer => new Profile(offer.Name.Text, offer.Text)), .. uses.SelectMany(one => one.Part!.Profiles(one.Flags)),
        ];
        var memory = syntax.Declarations.OfType<Declaration.Memory>().LastOrDefault();
        OtherMemoryOrders = memory is null ? base.OtherMemoryOrders : memory.Text;
        NotModelled =
        [
            .. syntax.Declarations.OfType<Declaration.Limit>().Select(limit => LimitOf(limit, problems)),
            .. uses.SelectMany(one => one.Part!.NotModelled(one.Flags)),
        ];
    }

    /// <summary>The path of the file.</summary>
    public string File => syntax.Source.File;

    /// <summary>The parts that the file can use.</summary>
    internal ImmutableArray<HardwarePart> Parts => parts.Value;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Summary { get; }

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Feature> Features { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Assumption> Assumptions { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles { get; }

    /// <inheritdoc/>
    public override string? OtherMemoryOrders { get; }

    /// <inheritdoc/>
    public override ImmutableArray<Limit> NotModelled { get; }

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var problems = new Problems(syntax.Source);
        ModelReader.Read(m, this, syntax, problems);
        problems.Throw();
    }

    private IEnumerable<T> Of<T>(string kind, Func<Declaration.Offer, T> make) => syntax.Declarations.OfType<Declaration.Offer>()
        .Where(offer => offer.Kind.Text == kind && offer.Name.Text.Length > 0).DistinctBy(offer => offer.Name.Text).Select(make);

    private static Source? SourceOf(Declaration.Offer offer) => offer.Source switch
    {
        null => null,
        { Kind: "kernel" } source when source.Version is { } version && version.Text.Any(char.IsAsciiDigit) =>
            Source.Kernel(source.Title?.Text ?? offer.Name.Text, source.Reference.Text, version.Text),
        { Kind: "memory" } source => Source.Recalled(source.Title?.Text ?? offer.Name.Text, source.Reference.Text),
        var source => new Source(source.Title?.Text ?? offer.Name.Text, source.Reference.Text),
    };

    private IEnumerable<SizeParameter> SizesIn(Problems problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var declaration in syntax.Declarations)
        {
            var (size, text) = declaration switch
            {
                Declaration.Size { Of: var of } one =>
                    (of with { Low = of.Low ?? of.Default, High = of.High ?? of.Default }, one.Text),
                Declaration.Identities { Of: { Low: not null } of } identities => (of, identities.Text),
                _ => (null, ""),
            };
            if (size is { Low: { } low, High: { } high } && names.Add(declaration.Name.Text))
            {
                if (size.Default < low || size.Default > high || (low < 1 && declaration is Declaration.Identities))
                {
                    problems.Add(ErrorCodes.BadDeclaration, declaration.Name.Span,
                        $"the size {size.Default} of '{declaration.Name.Text}' is not one of {low}..{high}, or there may be none",
                        "make the default one of the sizes, and offer 1 or more");
                }

                yield return new SizeParameter(declaration.Name.Text, size.Default, low, high, text);
            }
        }
    }

    private static Limit LimitOf(Declaration.Limit limit, Problems problems)
    {
        if (limit.Only.IsEmpty)
        {
            return limit.Text;
        }

        var choices = limit.Only is [{ IsUnless: false, Condition: var condition }] ? Alternatives(condition).ToList() : [];
        if (choices.Count > 0 && choices.TrueForAll(one => one is { Kind.Text: "profile" }))
        {
            return Limit.Of(limit.Text, [.. choices.Select(one => new Profile(one!.Of.Text, ""))]);
        }

        if (choices.Count > 0 && choices.TrueForAll(one => one is { Kind.Text: "fault" or "feature" }))
        {
            return Limit.With(limit.Text, [.. choices.Select(one => (Switch)new Fault(one!.Of.Text, ""))]);
        }

        problems.Add(ErrorCodes.BadSyntax, limit.Name.Span, "omits can be restricted to profiles, or to faults and features",
            "write omits \"…\" with fault a || fault b");
        return limit.Text;
    }

    private static IEnumerable<ExprSyntax.Choice?> Alternatives(ExprSyntax condition) => condition is ExprSyntax.Infix { Operator: "||" } or
        ? Alternatives(or.Left).Concat(Alternatives(or.Right))
        : [condition as ExprSyntax.Choice];
}
