using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Language;

/// <summary>A file that describes a family of models.</summary>
public interface IModelFile
{
    /// <summary>The family.</summary>
    ModelFamily Family { get; }

    /// <summary>The claims that are well formed, in the order of the text.</summary>
    ImmutableArray<Claim> Claims { get; }

    /// <summary>Throws the mistakes in the text and in some instances.</summary>
    /// <exception cref="UserErrorException">There are mistakes.</exception>
    void Check(IEnumerable<Choices> instances);
}
