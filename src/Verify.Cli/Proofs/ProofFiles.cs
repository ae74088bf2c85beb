using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Parametric.Obligations;

namespace Verify.Cli.Proofs;

/// <summary>Where certificates come from: the lock of those that were accepted, and files.</summary>
/// <param name="catalogue">Claims and invariants.</param>
internal sealed class ProofFiles(Catalogue catalogue)
{
    /// <summary>The root of the repository: the nearest folder above the tool that holds the solution, else the current one.</summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory) ?? Directory.GetCurrentDirectory();

    /// <summary>The lock of certificates, from the root.</summary>
    public const string Lock = "proofs/certificates.lock";

    /// <summary>The claims that have an invariant.</summary>
    public IEnumerable<(Claim Claim, Invariant Invariant)> All =>
        from invariant in catalogue.Invariants
        from id in invariant.Claims
        select (ClaimOf(id, invariant), invariant);

    /// <summary>The invariant of a claim; null when there is none.</summary>
    public Invariant? InvariantOf(Claim claim) => catalogue.Invariants.FirstOrDefault(invariant => invariant.Claims.Contains(claim.Id));

    /// <summary>The proofs that were accepted; none where there is no such file yet.</summary>
    /// <exception cref="UserErrorException">VRF309: the file is damaged. VRF402: it cannot be read.</exception>
    public static CertificateLock ReadLock() =>
        File.Exists(Path.Combine(Root, Lock)) ? CertificateLock.Read(Read(Lock), Lock) : CertificateLock.Empty;

    /// <summary>The claim and the invariant that a file is the certificate of, by its name.</summary>
    /// <exception cref="UserErrorException">VRF309: there is no claim whose certificate is there.</exception>
    public (Claim Claim, Invariant Invariant) OwnerOf(string file)
    {
        var name = Path.GetFileName(file);
        var owner = All.FirstOrDefault(pair => Certificate.FileName(pair.Claim.Id) == name);
        return owner.Claim is not null
            ? owner
            : throw UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.BadCertificate,
                $"no claim with an invariant has a certificate '{name}'",
                "the name of the file is the id of the claim, with a dot in place of each colon and slash");
    }

    /// <summary>A file itself, or the certificates in a folder and those below.</summary>
    /// <exception cref="UserErrorException">VRF402: the folder has none, or cannot be read.</exception>
    public static IEnumerable<string> CertificatesAt(string path)
    {
        var whole = Path.GetFullPath(path);
        if (!Directory.Exists(whole))
        {
            return [whole];
        }

        try
        {
            var files = Directory.EnumerateFiles(whole, $"*{Certificate.Ending}", SearchOption.AllDirectories);
            List<string> found = [.. files.Order(StringComparer.Ordinal)];
            return found.Count > 0 ? found : throw UserErrorException.At(null, ErrorCodes.BadFile, $"there is no certificate in '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, e.Message);
        }
    }

    /// <summary>What is in a file.</summary>
    /// <exception cref="UserErrorException">VRF402: it cannot be read.</exception>
    public static string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, e.Message);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="UserErrorException">VRF402: it cannot be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            var path = Path.Combine(Root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, e.Message);
        }
    }

    private Claim ClaimOf(string id, Invariant invariant) => catalogue.Claims.FirstOrDefault(claim => claim.Id == id)
        ?? throw UserErrorException.At(null, ErrorCodes.BadInvariant,
            $"the invariant {invariant.GetType().Name} is of a claim '{id}', which does not exist");

    private static string? Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Verify.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
