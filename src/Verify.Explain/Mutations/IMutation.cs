using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A change to a model that makes one step do less, or do it at another time.</summary>
public interface IMutation
{
    /// <summary>The steps that are changed, with the names of their threads.</summary>
    string Step { get; }

    /// <summary>The change in a few words.</summary>
    string Text { get; }

    /// <summary>The changed model; null if the model does not contain what is changed.</summary>
    Model? In(Model model);
}
