using Verify.Modelling;

namespace Verify.Harness;

/// <summary>
/// Code, and the instance of a model that <c>verify conform</c> holds it against. Reflection finds every class with a
/// parameterless constructor in the user's folder.
/// </summary>
public abstract class ConformanceCase
{
    /// <summary>The name on the command line; by default that of the class.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The code.</summary>
    public abstract SystemUnderTest Code { get; }

    /// <summary>The family of the model.</summary>
    public abstract ModelFamily Family { get; }

    /// <summary>The choices of the instance.</summary>
    public virtual Choices Choices => Choices.Default;

    /// <summary>The name of the <c>Always</c> property that the code must satisfy too.</summary>
    public abstract string Property { get; }

    /// <summary>Creates the test.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no such property, or it is of another kind.</exception>
    public ConformanceTest Test()
    {
        var model = Family.Build(Choices);
        return new ConformanceTest(Code, model, model.Property(Property) as Property.Always ?? throw UserErrorException.At(
            null, ErrorCodes.UnknownName, $"the property '{Property}' is not an Always, which is what code is held against",
            $"choose from {string.Join(", ", model.Properties.OfType<Property.Always>().Select(property => property.Name))}"));
    }
}
