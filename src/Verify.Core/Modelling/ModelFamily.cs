using System.Collections.Immutable;
using System.Reflection;

namespace Verify.Modelling;

/// <summary>A description of a model for every choice of sizes, features, faults, assumptions and profile.</summary>
/// <remarks>
/// Reflection finds every public class with a parameterless constructor. Its features, faults and assumptions are its static
/// fields of the types <see cref="Feature"/>, <see cref="Fault"/> and <see cref="Assumption"/>.
/// </remarks>
public abstract class ModelFamily
{
    /// <summary>A family of models.</summary>
    /// <param name="name">A short name, unique in the product.</param>
    /// <param name="summary">One sentence that describes the model.</param>
    /// <param name="sizes">Its sizes.</param>
    protected ModelFamily(string name, string summary, params ReadOnlySpan<SizeParameter> sizes) =>
        (Name, Summary, Sizes) = (name, summary, [.. sizes]);

    /// <summary>A family that overrides what it offers.</summary>
    protected ModelFamily() : this("", "")
    {
    }

    /// <summary>A short name, unique in the product.</summary>
    public virtual string Name { get; }

    /// <summary>One sentence that describes the model.</summary>
    public virtual string Summary { get; }

    /// <summary>The size parameters.</summary>
    public virtual ImmutableArray<SizeParameter> Sizes { get; }

    /// <summary>The features: the static fields, in the order of their declaration.</summary>
    public virtual ImmutableArray<Feature> Features => Declared<Feature>();

    /// <summary>The faults: the static fields, in the order of their declaration.</summary>
    public virtual ImmutableArray<Fault> Faults => Declared<Fault>();

    /// <summary>The assumptions: the static fields, in the order of their declaration.</summary>
    public virtual ImmutableArray<Assumption> Assumptions => Declared<Assumption>();

    /// <summary>The profiles; the first is the default.</summary>
    public virtual ImmutableArray<Profile> Profiles => [];

    /// <summary>
    /// The memory orders that proofs do not cover, in one plain line; null for a family that models store buffers or
    /// similar itself.
    /// </summary>
    public virtual string? OtherMemoryOrders =>
        "weaker memory orders: all processors see one order of steps (sequential consistency, no store buffers)";

    /// <summary>The simplifications that a reader must know, one plain line each.</summary>
    public virtual ImmutableArray<Limit> NotModelled => [];

    /// <summary>Those of the simplifications that are about an instance.</summary>
    public IEnumerable<string> NotModelledIn(Choices choices) =>
        NotModelled.Where(limit => limit.IsOf(this, choices)).Select(limit => limit.Text).Distinct();

    /// <summary>Declares the model through the builder.</summary>
    protected abstract void Describe(ModelBuilder m);

    /// <summary>Builds the model for one set of choices.</summary>
    /// <exception cref="UserErrorException">VRF302, VRF303: the family does not offer a choice; VRF1xx: a mistake in
    /// the model or in the choices that it offers.</exception>
    public Model Build(Choices choices)
    {
        try
        {
            CheckOffers();
            CheckSizes();
        }
        catch (UserErrorException e)
        {
            throw Here(e);
        }

        CheckChoices(choices);
        var builder = new ModelBuilder(this, choices);
        try
        {
            return new AuthoredCode(ErrorCodes.ModelThrows, $"the model '{Name}'", () => Where).Run(() =>
            {
                Describe(builder);
                return builder;
            }).Build();
        }
        catch (UserErrorException e) when (e.Diagnostic.Where is null)
        {
            throw Here(e);
        }
    }

    /// <summary>The line that declares the family; null if it is not known.</summary>
    public SourceLocation? Where =>
        SourceLocation.Of(GetType().GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).FirstOrDefault())
        ?? SourceLocation.Of(GetType().GetMethod(nameof(Describe), BindingFlags.Instance | BindingFlags.NonPublic));

    private UserErrorException Here(UserErrorException error) => new(error.Diagnostic with { Where = Where }, error.InnerException);

    /// <summary>The features, then the faults.</summary>
    public IEnumerable<Switch> AllSwitches => [.. Features, .. Faults];

    private ImmutableArray<T> Declared<T>() =>
    [
        .. GetType().GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(field => field.FieldType == typeof(T)).OrderBy(field => field.MetadataToken)
            .Select(field => field.GetValue(null)).OfType<T>(),
    ];

    // The names appear on the command line and in certificates.
    private void CheckOffers()
    {
        static bool IsWord(string name) => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name != "none"
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+');

        // The same option drops a feature, a fault or an assumption, so their names must differ.
        foreach (var names in (IEnumerable<string>[])[Sizes.Select(s => s.Name),
            AllSwitches.Select(s => s.Name).Concat(Assumptions.Select(a => a.Name)), Profiles.Select(p => p.Name)])
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            if (names.FirstOrDefault(name => !IsWord(name) || !seen.Add(name)) is { } bad)
            {
                throw UserErrorException.At(null, ErrorCodes.BadDeclaration,
                    seen.Contains(bad) ? $"'{Name}' offers '{bad}' twice" : $"'{Name}' offers '{bad}', which is not a valid name",
                    "use letters, digits and -_.+; names are unique; \"none\" is reserved");
            }
        }
    }

    private void CheckSizes()
    {
        if (Sizes.FirstOrDefault(size => size.Default < size.Low || size.Default > size.High) is { } bad)
        {
            throw UserErrorException.At(null, ErrorCodes.BadDeclaration,
                $"'{Name}' offers {bad.Name} from {bad.Low} to {bad.High}, and its default is {bad.Default}",
                "make the default one of the offered sizes");
        }
    }

    private void CheckChoices(Choices choices)
    {
        foreach (var (name, value) in choices.Sizes)
        {
            var size = Sizes.FirstOrDefault(s => s.Name == name)
                ?? throw Unknown(ErrorCodes.BadSize, "size", name, Sizes.Select(s => s.Name));
            if (value < size.Low || value > size.High)
            {
                throw UserErrorException.At(null, ErrorCodes.BadSize,
                    $"size {name}={value} of '{Name}' is outside of {size.Low}..{size.High}",
                    $"choose {name} from {size.Low} to {size.High}");
            }
        }

        CheckNames("feature", choices.Features, Features.Select(f => f.Name));
        CheckNames("fault", choices.Faults, Faults.Select(f => f.Name));
        CheckNames("assumption", choices.Assumptions, Assumptions.Select(a => a.Name));
        CheckNames("profile", choices.Profile is null ? [] : [choices.Profile], Profiles.Select(p => p.Name));
    }

    private void CheckNames(string kind, IEnumerable<string> chosen, IEnumerable<string> offered)
    {
        foreach (var name in chosen.Except(offered))
        {
            throw AllSwitches.FirstOrDefault(one => one.Name == name) is { } other
                ? OfOtherKind(other, kind)
                : Unknown(ErrorCodes.UnknownChoice, kind, name, offered);
        }
    }

    /// <summary>The error where a feature is taken for a fault, or the other way round.</summary>
    public UserErrorException OfOtherKind(Switch one, string kind) => UserErrorException.At(null, ErrorCodes.UnknownChoice,
        $"'{one.Name}' of '{Name}' is a {one.Kind}, no {kind}", one is Fault
            ? $"it deviates from what the kernel does: say --fault {one.Name}"
            : $"it does not deviate from what the kernel does: say --feature {one.Name}");

    private UserErrorException Unknown(ErrorCode code, string kind, string name, IEnumerable<string> offered)
    {
        var list = string.Join(", ", offered);
        return UserErrorException.At(null, code, $"'{Name}' has no {kind} '{name}'",
            list.Length == 0 ? $"'{Name}' offers none" : $"choose from {list}");
    }
}
