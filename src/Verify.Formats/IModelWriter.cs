using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>Writes a model for another checker, with the same states, steps and verdicts.</summary>
public interface IModelWriter
{
    /// <summary>The name of the format, as in <c>--to name</c>.</summary>
    string Name { get; }

    /// <summary>One sentence that describes the use of the format.</summary>
    string Summary { get; }

    /// <summary>The extension of the main file, with its dot.</summary>
    string Extension { get; }

    /// <summary>
    /// The reason why a property, or a model with all its properties, cannot be written; null if it can.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property to check; null for all.</param>
    string? WhyNot(Model model, Property? property);

    /// <summary>Writes the files. The first one is the model and is complete without the others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property that the text checks; null for every <c>Always</c> and <c>NoDeadlock</c>.
    /// The other properties are in the text too, but disabled.</param>
    /// <param name="instance">The options that identify the instance, for the header.</param>
    /// <param name="name">The name of the files without extension, as far as the target allows; null for the name of the
    /// model. Claims on one model need files of their own.</param>
    /// <exception cref="UserErrorException">VRF122: the instance is too large to be written rule by rule.</exception>
    ImmutableArray<ExportFile> Export(Model model, Property? property, string? instance = null, string? name = null);
}

/// <summary>A file of an export.</summary>
/// <param name="Name">The file name without a folder; the text may refer to it.</param>
/// <param name="Text">The content of the file.</param>
public sealed record ExportFile(string Name, string Text);

/// <summary>Selects the properties that a text contains.</summary>
internal static class AskedProperty
{
    /// <summary>True if a property is enabled in a text for the given property, or for all if it is null.</summary>
    public static bool IsActive(Property property, Property? asked) => asked is null
        ? property is Property.Always or Property.NoDeadlock
        : property.Name == asked.Name;

    /// <summary>True if the property names states where the model may rest.</summary>
    public static bool NamesRest(Property.NoDeadlock property) => property.MayRest is not Expr.Literal { Number: 0 };

    /// <summary>
    /// The properties of the model in order; the checked property is added if the model does not list it.
    /// </summary>
    public static ImmutableArray<Property> Properties(Model model, Property? asked) =>
        asked is null || model.Properties.Any(p => p.Name == asked.Name)
            ? model.Properties
            : model.Properties.Add(asked);

    /// <summary>The operands of a conjunction, in order.</summary>
    public static IEnumerable<Expr> Conjuncts(Expr expr) => expr is Expr.Connective { Operator: LogicOperator.And } both
        ? Conjuncts(both.Left).Concat(Conjuncts(both.Right))
        : [expr];
}
