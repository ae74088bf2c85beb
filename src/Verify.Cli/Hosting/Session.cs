using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Formats;
using Verify.Solvers;

namespace Verify.Cli.Hosting;

/// <summary>What every command works with.</summary>
/// <param name="Engines">The engines, the preferred one first.</param>
/// <param name="Writers">The formats that a model can be exported to.</param>
/// <param name="Lazy">Families and claims, once they are needed.</param>
/// <param name="Solvers">The solvers, and the one that engines and proofs ask.</param>
/// <param name="Terminal">Where to write.</param>
/// <param name="Cancellation">Set when the user has had enough.</param>
internal sealed record Session(
    IReadOnlyList<IEngine> Engines,
    IReadOnlyList<IModelWriter> Writers,
    Lazy<Catalogue> Lazy,
    SolverChoice Solvers,
    Terminal Terminal,
    CancellationToken Cancellation)
{
    /// <summary>Families and claims.</summary>
    public Catalogue Catalogue => Lazy.Value;

    /// <summary>The one claim that an argument names.</summary>
    /// <exception cref="UserErrorException">VRF301: it names none, or several.</exception>
    public Claim One(string argument, string because)
    {
        var claims = Catalogue.Find(argument);
        return claims.Length == 1
            ? claims[0]
            : throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"'{argument}' names {claims.Length} claims, {because}",
                $"choose from {string.Join(", ", claims.Select(c => c.Id))}");
    }

    /// <summary>The engine of a name, or the first that is available.</summary>
    /// <remarks>One that is not available is an answer too: "unknown", and the reason.</remarks>
    /// <exception cref="UserErrorException">VRF201: there is none of that name, or none at all.</exception>
    public IEngine Engine(string? name)
    {
        if (name is null)
        {
            return Engines.FirstOrDefault(engine => engine.Unavailable is null)
                ?? throw UserErrorException.At(null, ErrorCodes.UnknownEngine, "no engine is available here");
        }

        var names = Engines.Select(engine => engine.Name).ToImmutableArray();
        return Engines.FirstOrDefault(engine => engine.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw UserErrorException.At(null, ErrorCodes.UnknownEngine, $"there is no engine '{name}'",
                Suggestion.Hint(name, names) ?? $"choose from {string.Join(", ", names)}");
    }
}
