using System.Collections.Immutable;
using Verify.Claims;
using Verify.Language;
using Verify.Language.Parts;
using Verify.Modelling;
using Verify.Models.Parts;
using Verify.Murphi;

namespace Verify.Cli.Hosting;

/// <summary>
/// Protocol files, and files of other checkers, as the command line names them: <c>FILE</c>, <c>FILE:CLAIM</c> or
/// <c>FILE:PROPERTY</c>.
/// </summary>
/// <param name="load">Reads a file; from the disk if it is null.</param>
internal sealed class ProtocolFiles(Func<string, IModelFile>? load = null)
{
    private static readonly string[] Endings = [ProtocolFile.Ending, MurphiFile.Ending];
    private readonly Dictionary<string, IModelFile> known = new(StringComparer.Ordinal);

    /// <summary>The parts of the hardware that files can use.</summary>
    public static ImmutableArray<HardwarePart> Parts() => HardwareParts.All;

    /// <summary>Reads a protocol file.</summary>
    public static ProtocolFile FromDisk(string path) => ProtocolFile.Load(path, Parts);

    /// <summary>True if an argument names a protocol file, whether or not there is one.</summary>
    public static bool IsOne(string argument) => PathOf(argument) is not null;

    /// <summary>The claims that an argument names; without claims in the file, its properties as questions.</summary>
    /// <exception cref="UserErrorException">The file is wrong, or has nothing of that name.</exception>
    public ImmutableArray<Claim> Find(string argument)
    {
        var path = PathOf(argument) ?? argument;
        var file = Load(path);
        var name = argument.Length > path.Length ? argument[(path.Length + 1)..] : null;
        file.Check([]);
        var found = Named(path, file, name);
        ImmutableArray<Choices> instances =
            [.. found.Select(claim => claim.Choices).DistinctBy(choices => Instance.Describe(file.Family, choices))];
        // A mistake of one instance is a result of its claims, beside the results of others.
        if (instances.All(choices => IsWrong(file, choices)))
        {
            file.Check(instances);
        }

        return found;
    }

    private static bool IsWrong(IModelFile file, Choices choices)
    {
        try
        {
            file.Check([choices]);
            return false;
        }
        catch (UserErrorException)
        {
            return true;
        }
    }

    /// <summary>The file that an argument names.</summary>
    public IModelFile Load(string path)
    {
        if (!known.TryGetValue(path, out var file))
        {
            known[path] = file = (load ?? AnyFromDisk)(path);
        }

        return file;
    }

    /// <summary>The path in an argument; null if it names no protocol file.</summary>
    public static string? PathOf(string argument)
    {
        foreach (var ending in Endings)
        {
            if (argument.EndsWith(ending, StringComparison.Ordinal))
            {
                return argument;
            }

            if (argument.IndexOf(ending + ":", StringComparison.Ordinal) is >= 0 and var end)
            {
                return argument[..(end + ending.Length)];
            }
        }

        return null;
    }

    private static IModelFile AnyFromDisk(string path) =>
        path.EndsWith(MurphiFile.Ending, StringComparison.Ordinal) ? MurphiFile.Load(path) : FromDisk(path);

    // An identifier says the file, so that the commands of a report can be repeated.
    private static ImmutableArray<Claim> Named(string path, IModelFile file, string? name)
    {
        var claims = file.Claims.Select(claim => claim with { Id = $"{path}:{claim.Id}" }).ToImmutableArray();
        if (name is null && !claims.IsEmpty)
        {
            return claims;
        }

        var exact = claims.Where(claim => claim.Id == $"{path}:{name}").ToImmutableArray();
        if (exact.IsEmpty && name is not null && name.Contains('*', StringComparison.Ordinal))
        {
            exact = [.. claims.Where(claim => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression($"*:{name}", claim.Id))];
        }

        return exact.IsEmpty ? Questions(path, file, name) : exact;
    }

    private static ImmutableArray<Claim> Questions(string path, IModelFile file, string? name)
    {
        file.Check([Choices.Default]);
        var properties = new Instance(file.Family, Choices.Default).Model.Properties;
        if (name is not null && !properties.Any(property => property.Name == name))
        {
            var names = file.Claims.Select(claim => claim.Id).Concat(properties.Select(property => property.Name)).ToList();
            throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"'{path}' has no claim and no property '{name}'",
                Suggestion.Hint(name, names) ?? $"choose from {string.Join(", ", names)}");
        }

        return Question.About(file.Family, path, properties, name);
    }
}
