using System.Collections.Immutable;

namespace Verify.Modelling;

/// <summary>A description of a model for every choice of sizes, faults, assumptions and profile.</summary>
/// <remarks>Reflection finds every public class with a parameterless constructor.</remarks>
public abstract class ModelFamily
{
    /// <summary>A short name, unique in the product.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence that describes the model.</summary>
    public abstract string Summary { get; }

    /// <summary>The size parameters.</summary>
    public virtual ImmutableArray<SizeParameter> Sizes => [];

    /// <summary>The faults.</summary>
    public virtual ImmutableArray<Fault> Faults => [];

    /// <summary>The assumptions.</summary>
    public virtual ImmutableArray<Assumption> Assumptions => [];

    /// <summary>The profiles; the first is the default.</summary>
    public virtual ImmutableArray<Profile> Profiles => [];

    /// <summary>
    /// The memory orders that proofs do not cover, in one plain line; null for a family that models store buffers or
    /// similar itself.
    /// </summary>
    public virtual string? OtherMemoryOrders =>
        "weaker memory orders: all processors see one order of steps (sequential consistency, no store buffers)";

    /// <summary>The simplifications that a reader must know, one plain line each.</summary>
    public virtual ImmutableArray<string> NotModelled => [];

    /// <summary>Declares the model through the builder.</summary>
    protected abstract void Describe(ModelBuilder m);

    /// <summary>Builds the model for one set of choices.</summary>
    /// <exception cref="UserErrorException">VRF302, VRF303: the family does not offer a choice; VRF1xx: a mistake in
    /// the model or in the choices that it offers.</exception>
    public Model Build(Choices choices)
    {
        CheckChoices(choices);
        var builder = new ModelBuilder(this, choices);
        try
        {
            Describe(builder);
        }
#pragma warning disable CA1031 // Any exception from the model's own code is a mistake in the model and is reported at its line.
        catch (Exception e) when (e is not UserErrorException)
#pragma warning restore CA1031
        {
            throw UserErrorException.At(Dsl.SpotOf(e), ErrorCodes.ModelThrows,
                $"the model '{Name}' throws {e.GetType().Name}: {e.Message}", cause: e);
        }

        return builder.Build();
    }

    // The names appear on the command line and in certificates.
    private void CheckOffers()
    {
        static bool IsWord(string name) => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name != "none"
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+');

        // The same option drops a fault or an assumption, so their names must differ.
        foreach (var names in (IEnumerable<string>[])[Sizes.Select(s => s.Name),
            Faults.Select(f => f.Name).Concat(Assumptions.Select(a => a.Name)), Profiles.Select(p => p.Name)])
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
        CheckOffers();
        CheckSizes();
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

        CheckNames("fault", choices.Faults, Faults.Select(f => f.Name));
        CheckNames("assumption", choices.Assumptions, Assumptions.Select(a => a.Name));
        CheckNames("profile", choices.Profile is null ? [] : [choices.Profile], Profiles.Select(p => p.Name));
    }

    private void CheckNames(string kind, IEnumerable<string> chosen, IEnumerable<string> offered)
    {
        foreach (var name in chosen.Except(offered))
        {
            throw Unknown(ErrorCodes.UnknownChoice, kind, name, offered);
        }
    }

    private UserErrorException Unknown(ErrorCode code, string kind, string name, IEnumerable<string> offered)
    {
        var list = string.Join(", ", offered);
        return UserErrorException.At(null, code, $"'{Name}' has no {kind} '{name}'",
            list.Length == 0 ? $"'{Name}' offers none" : $"choose from {list}");
    }
}
