using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Formats;
using Verify.Solvers;

namespace Verify.Cli.Hosting;

/// <summary>The context of a command.</summary>
/// <param name="Engines">The engines, the preferred one first.</param>
/// <param name="Writers">The formats that a model can be exported to.</param>
/// <param name="Lazy">The source of families and claims, loaded on demand.</param>
/// <param name="Solvers">The solvers, one of which is selected for engines and proofs.</param>
/// <param name="Terminal">The output streams.</param>
/// <param name="Cancellation">Cancelled when the user interrupts.</param>
internal sealed record Session(
    IReadOnlyList<IEngine> Engines,
    IReadOnlyList<IModelWriter> Writers,
    Lazy<Catalogue> Lazy,
    SolverChoice Solvers,
    Terminal Terminal,
    CancellationToken Cancellation)
{
    /// <summary>The families and claims.</summary>
    public Catalogue Catalogue => Lazy.Value;

    /// <summary>Finds a single claim by an argument.</summary>
    /// <exception cref="UserErrorException">VRF301: the argument matches no claim or several.</exception>
    public Claim One(string argument, string because)
    {
        var claims = Catalogue.Find(argument);
        return claims.Length == 1
            ? claims[0]
            : throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"'{argument}' matches {claims.Length} claims, {because}",
                $"choose from {string.Join(", ", claims.Select(c => c.Id))}");
    }

    /// <summary>The engine of a name, or the first available one.</summary>
    /// <remarks>An unavailable engine is allowed: its verdict is "unknown" with the reason.</remarks>
    /// <exception cref="UserErrorException">VRF201: no engine has the name, or none is available.</exception>
    public IEngine Engine(string? name)
    {
        if (name is null)
        {
            return Engines.FirstOrDefault(engine => engine.Unavailable is null)
                ?? throw UserErrorException.At(null, ErrorCodes.UnknownEngine, "no engine is available here");
        }

        var names = Engines.Select(engine => engine.Name).ToImmutableArray();
        return Engines.FirstOrDefault(engine => engine.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw UserErrorException.At(null, ErrorCodes.UnknownEngine, $"the engine '{name}' does not exist",
                Suggestion.Hint(name, names) ?? $"choose from {string.Join(", ", names)}");
    }
}
