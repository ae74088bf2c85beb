using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>A model as text for someone else's checker: the same states, the same steps, the same verdict.</summary>
public interface IModelWriter
{
    /// <summary>The name, as in <c>--to name</c>.</summary>
    string Name { get; }

    /// <summary>What it is for, in a sentence.</summary>
    string Summary { get; }

    /// <summary>The extension of the main file, with its dot.</summary>
    string Extension { get; }

    /// <summary>Why a property, or a model with all its properties, cannot be written; null when it can.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property that is asked about; null for all.</param>
    string? WhyNot(Model model, Property? property);

    /// <summary>The files. The first is the model; whoever wants one text takes that one, it is complete.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">
    /// The property that the text asks about as it stands; null for every <c>Always</c> and <c>NoDeadlock</c>. The
    /// others are in the text as well, switched off.
    /// </param>
    /// <param name="instance">The options that name the instance, for the heading.</param>
    /// <exception cref="UserErrorException">VRF122: an instance is too large to be written rule by rule.</exception>
    ImmutableArray<ExportFile> Export(Model model, Property? property, string? instance = null);
}

/// <summary>A file of an export.</summary>
/// <param name="Name">Its name, which the text may rely on; without a folder.</param>
/// <param name="Text">What is in it.</param>
public sealed record ExportFile(string Name, string Text);

/// <summary>What every writer asks about a property.</summary>
internal static class AskedProperty
{
    /// <summary>Whether a property is switched on in a text about another one, or about all.</summary>
    public static bool IsActive(Property property, Property? asked) => asked is null
        ? property is Property.Always or Property.NoDeadlock
        : property.Name == asked.Name;

    /// <summary>Whether the model says where nothing needs to be able to happen.</summary>
    public static bool NamesRest(Property.NoDeadlock property) => property.MayRest is not Expr.Literal { Number: 0 };

    /// <summary>The properties in order, the one that is asked about among them even if the model does not list it.</summary>
    public static ImmutableArray<Property> Properties(Model model, Property? asked) =>
        asked is null || model.Properties.Any(p => p.Name == asked.Name)
            ? model.Properties
            : model.Properties.Add(asked);

    /// <summary>The parts of a conjunction, in order.</summary>
    public static IEnumerable<Expr> Conjuncts(Expr expr) => expr is Expr.Connective { Operator: LogicOperator.And } both
        ? Conjuncts(both.Left).Concat(Conjuncts(both.Right))
        : [expr];
}
