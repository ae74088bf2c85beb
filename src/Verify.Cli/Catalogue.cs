using System.Collections.Immutable;
using System.Reflection;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Cli;

/// <summary>The families and claims there are. No model is built for it.</summary>
public sealed class Catalogue
{
    private readonly Lazy<ImmutableArray<ModelFamily>> families;
    private readonly Lazy<ImmutableArray<Claim>> claims;
    private readonly Lazy<ImmutableArray<Invariant>> invariants;

    /// <summary>A catalogue of given families, claims and invariants, looked at when they are asked for.</summary>
    public Catalogue(
        Func<IEnumerable<ModelFamily>> families, Func<IEnumerable<Claim>> claims, Func<IEnumerable<Invariant>>? invariants = null)
    {
        this.invariants = new(() => [.. invariants?.Invoke() ?? []]);
        this.families = new(() => [.. families().OrderBy(family => family.Name, StringComparer.Ordinal)]);
        this.claims = new(() => Checked(claims()));
    }

    /// <summary>The families, by name.</summary>
    public ImmutableArray<ModelFamily> Families => families.Value;

    /// <summary>The claims: list after list by the name of its class, in each as they are told.</summary>
    /// <exception cref="ModelException">VRF305: two claims have one id, or ids whose certificates have one name.</exception>
    public ImmutableArray<Claim> Claims => claims.Value;

    /// <summary>The invariants that prove claims for every size.</summary>
    public ImmutableArray<Invariant> Invariants => invariants.Value;

    /// <summary>Everything in the assemblies of models and proofs.</summary>
    public static Catalogue Load() => new(
        () => InstancesOf<ModelFamily>(Assembly.Load("Verify.Models")),
        () => InstancesOf<ClaimList>(Assembly.Load("Verify.Proofs")).SelectMany(list => list.Claims),
        () => InstancesOf<Invariant>(Assembly.Load("Verify.Proofs")));

    /// <summary>The same, and another thread begins to look for the claims: what they are takes as long as the command line.</summary>
    public static Catalogue LoadAhead()
    {
        var catalogue = Load();
        if (Environment.ProcessorCount > 1)
        {
            new Thread(catalogue.LookForClaims) { IsBackground = true, Name = "verify claims" }.Start();
        }

        return catalogue;
    }

    /// <summary>The claims that an argument names: one by its id, or a group by what stands before the colon or slash.</summary>
    /// <exception cref="ModelException">VRF301: there is none.</exception>
    public ImmutableArray<Claim> Find(string argument)
    {
        bool Is(string id) => id.Equals(argument, StringComparison.OrdinalIgnoreCase);
        var exact = Claims.Where(claim => Is(claim.Id)).ToImmutableArray();
        var found = exact.IsEmpty ? [.. Claims.Where(claim => GroupsOf(claim.Id).Any(Is))] : exact;
        return !found.IsEmpty
            ? found
            : throw ModelException.At(null, Codes.UnknownClaim, $"there is no claim '{argument}'",
                Nearest.Hint(argument, Claims.SelectMany(claim => GroupsOf(claim.Id).Append(claim.Id))));
    }

    /// <summary>The claims that several arguments name, each once.</summary>
    /// <exception cref="ModelException">VRF301: one of them names none.</exception>
    public ImmutableArray<Claim> Find(IEnumerable<string> arguments) => [.. arguments.SelectMany(argument => Find(argument)).Distinct()];

    // What is wrong with them is told to whoever asks for them.
    private void LookForClaims()
    {
        try
        {
            _ = Claims;
        }
#pragma warning disable CA1031 // A thread that fails would end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static IEnumerable<string> GroupsOf(string id) =>
        id.Select((letter, i) => (letter, i)).Where(pair => pair.letter is ':' or '/').Select(pair => id[..pair.i]);

    private static IEnumerable<T> InstancesOf<T>(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract
            && type.GetConstructor(Type.EmptyTypes) is not null)
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(type => (T)Activator.CreateInstance(type)!);

    private static ImmutableArray<Claim> Checked(IEnumerable<Claim> all)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var list = all.ToImmutableArray();
        foreach (var claim in list)
        {
            if (claim.Id.Length == 0 || claim.Id.Contains('@', StringComparison.Ordinal))
            {
                throw ModelException.At(null, Codes.BadClaim, $"'{claim.Id}' cannot be the id of a claim",
                    "write letters, digits and dashes; an @ stands between a claim and an instance");
            }

            // A colon and a slash are one in the name of a certificate.
            var file = Certificate.FileName(claim.Id);
            if (!seen.TryAdd(file, claim.Id))
            {
                throw ModelException.At(null, Codes.BadClaim, seen[file].Equals(claim.Id, StringComparison.OrdinalIgnoreCase)
                    ? $"two claims have the id '{claim.Id}'"
                    : $"the claims '{seen[file]}' and '{claim.Id}' would have one certificate, {file}",
                    "give each an id of its own");
            }
        }

        return list;
    }
}
