using Verify.Claims;
using Verify.Cli.Compiling;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Parametric.Obligations;

namespace Verify.Cli.Proofs;

/// <summary>Locates certificates: the lock of accepted ones, and files.</summary>
/// <param name="catalogue">The claims and invariants.</param>
internal sealed class ProofFiles(Catalogue catalogue)
{
    /// <summary>The root of the repository.</summary>
    public static string Root => RepositoryRoot.Path;

    /// <summary>The path of the lock relative to the root.</summary>
    public const string Lock = "proofs/certificates.lock";

    /// <summary>The claims that have an invariant.</summary>
    public IEnumerable<(Claim Claim, Invariant Invariant)> All =>
        from invariant in catalogue.Invariants
        from id in invariant.Claims
        select (ClaimOf(id, invariant), invariant);

    /// <summary>The invariant of a claim; null if there is none.</summary>
    public Invariant? InvariantOf(Claim claim) => catalogue.Invariants.FirstOrDefault(invariant => invariant.Claims.Contains(claim.Id));

    /// <summary>The accepted proofs; empty if the file does not exist.</summary>
    /// <exception cref="UserErrorException">VRF309: the file is damaged. VRF402: the file cannot be read.</exception>
    public static CertificateLock ReadLock() => ReadLock(Lock);

    /// <summary>The accepted proofs in a lock; empty if the file does not exist.</summary>
    /// <exception cref="UserErrorException">VRF309: the file is damaged. VRF402: the file cannot be read.</exception>
    public static CertificateLock ReadLock(string path) =>
        File.Exists(Path.Combine(Root, path)) ? CertificateLock.Read(Read(path), path) : CertificateLock.Empty;

    /// <summary>The lock for the proofs of a claim; that of the user's own claims is beside their sources.</summary>
    public static string LockOf(Claim claim) => OwnSources.Contains(claim.Where.File)
        ? Path.Combine(OwnSources.Folder!, Path.GetFileName(Lock))
        : Lock;

    /// <summary>The claim and the invariant of a certificate file, by its name.</summary>
    /// <exception cref="UserErrorException">VRF309: no claim has a certificate of that name.</exception>
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

    /// <summary>A file itself, or all certificates in a folder and its subfolders.</summary>
    /// <exception cref="UserErrorException">VRF402: the folder contains none, or cannot be read.</exception>
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
            return found.Count > 0 ? found : throw UserErrorException.At(null, ErrorCodes.BadFile,
            $"the folder '{path}' contains no certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, e.Message);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">VRF402: the file cannot be read.</exception>
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
    /// <exception cref="UserErrorException">VRF402: the file cannot be written.</exception>
    public static void Write(string file, string text) => TextFile.Write(Path.Combine(Root, file), text);

    private Claim ClaimOf(string id, Invariant invariant) => catalogue.Claims.FirstOrDefault(claim => claim.Id == id)
        ?? throw UserErrorException.At(null, ErrorCodes.BadInvariant,
            $"the invariant {invariant.GetType().Name} names a claim '{id}', which does not exist");
}
