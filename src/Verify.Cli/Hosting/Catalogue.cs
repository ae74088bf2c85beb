using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Reflection;
using Verify.Claims;
using Verify.Cli.Compiling;
using Verify.Harness;
using Verify.Language.Building;
using Verify.Modelling;
using Verify.Parametric.Obligations;

namespace Verify.Cli.Hosting;

/// <summary>The families and claims of the product. It builds no models.</summary>
/// <remarks>A malformed claim or an unreadable list does not affect the others.</remarks>
public sealed class Catalogue
{
    private readonly Lazy<ImmutableArray<ModelFamily>> families;
    private readonly Lazy<ImmutableArray<Claim>> coded; // the claims of C#
    private readonly Lazy<ImmutableArray<Claim>> claims; // and those of protocol files
    private readonly RepositoryProtocols protocols;
    private readonly Lazy<ImmutableArray<Invariant>> invariants;
    private readonly Dictionary<Claim, Diagnostic> mistakes = new(ReferenceEqualityComparer.Instance);
    private readonly List<Diagnostic> unread = [];

    /// <summary>Creates a catalogue of the given families, claims and invariants, which are read on demand.</summary>
    public Catalogue(
        Func<IEnumerable<ModelFamily>> families, Func<IEnumerable<Claim>> claims, Func<IEnumerable<Invariant>>? invariants = null)
        : this(families, _ => claims(), invariants, RepositoryProtocols.None)
    {
    }

    private Catalogue(Func<IEnumerable<ModelFamily>> families, Func<Catalogue, IEnumerable<Claim>> claims,
        Func<IEnumerable<Invariant>>? invariants, RepositoryProtocols protocols)
    {
        this.protocols = protocols;
        this.invariants = new(() => [.. invariants?.Invoke() ?? []]);
        this.families = new(() =>
            [.. families().Concat(protocols.Files.Select(file => file.Family)).OrderBy(family => family.Name, StringComparer.Ordinal)]);
        coded = new(() => LookedAt(claims(this)));
        this.claims = new(() =>
        {
            var all = LookedAt([.. coded.Value, .. protocols.Files.SelectMany(file => file.Claims)]);
            unread.AddRange(protocols.Mistakes);
            return all;
        });
    }

    /// <summary>The families, sorted by name.</summary>
    public ImmutableArray<ModelFamily> Families => families.Value;

    /// <summary>
    /// The claims, sorted by the class names of their lists, then by the paths of their files; within a list or a file,
    /// in its order.
    /// </summary>
    public ImmutableArray<Claim> Claims => claims.Value;

    /// <summary>
    /// The errors in lists and files that cannot be read and in malformed claims (VRF305), and families with the same
    /// name (VRF102).
    /// </summary>
    public IEnumerable<Diagnostic> Mistakes => Claims.Select(MistakeIn).OfType<Diagnostic>()
        .Concat(FamilyMistakes).Concat(unread).Distinct();

    /// <summary>The errors in lists of claims and in protocol files that cannot be read.</summary>
    public IReadOnlyList<Diagnostic> Unread
    {
        get
        {
            _ = Claims;
            return unread;
        }
    }

    /// <summary>The errors for families with the same name.</summary>
    public IEnumerable<Diagnostic> FamilyMistakes => Namesakes.Select(pair => pair.Mistake);

    // A report names the family, so two families of one name would be ambiguous.
    private IEnumerable<(string Name, Diagnostic Mistake)> Namesakes => Families.GroupBy(family => family.Name, StringComparer.Ordinal)
        .Where(group => group.Skip(1).Any())
        .Select(group => (group.Key, new Diagnostic(ErrorCodes.DuplicateName,
            $"{group.Count()} families have the name '{group.Key}': {string.Join(", ", group.Select(PlaceOf))}",
            group.Last().Where, "give each a name of its own")));

    private static string? PlaceOf(ModelFamily family) => family is ProtocolFamily protocol ? protocol.File : family.GetType().FullName;

    /// <summary>The invariants for proofs for every size.</summary>
    public ImmutableArray<Invariant> Invariants => invariants.Value;

    /// <summary>The names that identify claims: identifiers and groups.</summary>
    internal IEnumerable<string> Names => Claims.SelectMany(claim => GroupsOf(claim.Id).Append(claim.Id));

    /// <summary>Loads everything in the assemblies of models and proofs, and in the protocol files among the proofs.</summary>
    /// <param name="own">Returns the assembly of the user's own models and claims; null if there is none.</param>
    public static Catalogue Load(Func<Assembly?>? own = null)
    {
        var mine = new Lazy<Assembly?>(() => own?.Invoke());
        IEnumerable<T> All<T>(string product) =>
            InstancesOf<T>(Assembly.Load(product).GetExportedTypes(), Create)
                .Concat(InstancesOf<T>(mine.Value?.GetTypes() ?? [], Own));
        var below = RepositoryProtocols.Below(RepositoryRoot.Folder, "proofs");
        return new(() => All<ModelFamily>("Verify.Models"),
            catalogue => All<ClaimList>("Verify.Proofs").SelectMany(list => catalogue.Read(list)),
            () => All<Invariant>("Verify.Proofs"), below)
        {
            OwnCases = new(() => [.. InstancesOf<ConformanceCase>(mine.Value?.GetTypes() ?? [], Own)]),
        };
    }

    /// <summary>The code of the user that is held against models.</summary>
    internal ImmutableArray<ConformanceCase> Cases => OwnCases.Value;

    private Lazy<ImmutableArray<ConformanceCase>> OwnCases { get; init; } = new(() => []);

    /// <summary>Creates a catalogue of given families and of the claims in some lists and files.</summary>
    internal static Catalogue Of(Func<IEnumerable<ModelFamily>> families, Func<IEnumerable<ClaimList>> lists,
        Func<IEnumerable<Invariant>>? invariants = null, RepositoryProtocols? protocols = null) =>
        new(families, catalogue => lists().SelectMany(list => catalogue.Read(list)), invariants, protocols ?? RepositoryProtocols.None);

    /// <summary>The error in the declaration of a claim; null if there is none.</summary>
    public Diagnostic? MistakeIn(Claim claim) => mistakes.GetValueOrDefault(claim);

    /// <summary>
    /// Loads the catalogue and starts reading the claims on another thread while the command line is parsed.
    /// </summary>
    public static Catalogue LoadAhead()
    {
        var catalogue = Load(OwnSources.Load);
        if (Environment.ProcessorCount > 1)
        {
            new Thread(catalogue.LookForClaims) { IsBackground = true, Name = "verify claims" }.Start();
        }

        return catalogue;
    }

    /// <summary>
    /// Finds claims by an argument: the identifier of one claim, the group before a colon or slash, or a pattern in
    /// which <c>*</c> stands for any text. The name of a family without a claim of that name stands for its properties.
    /// A protocol file stands for its claims.
    /// </summary>
    /// <exception cref="UserErrorException">VRF301: nothing matches.</exception>
    /// <param name="argument">The argument.</param>
    /// <param name="choicesOf">The choices of the instance whose properties the name of a family stands for; by default
    /// the default ones.</param>
    public ImmutableArray<Claim> Find(string argument, Func<Claim, Choices>? choicesOf = null)
    {
        if (ProtocolFiles.IsOne(argument))
        {
            return Files.Find(argument);
        }

        // An exact match comes first, because names may differ only in case.
        var found = Named(argument, StringComparison.Ordinal);
        found = found.IsEmpty && IsQuestion(argument) ? Questions(argument, choicesOf) : found;
        found = found.IsEmpty ? Named(argument, StringComparison.OrdinalIgnoreCase) : found;
        found = found.IsEmpty ? Questions(argument, choicesOf) : found;
        return !found.IsEmpty
            ? found
            : throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"there is no claim '{argument}'",
                protocols.Mistakes.FirstOrDefault() is { } broken && protocols.Mention(argument)
                    ? $"a protocol file has mistakes: {broken}"
                    : Suggestion.Hint(argument, Names.Concat(Families.Select(family => family.Name))));
    }

    /// <summary>The protocol files that arguments name.</summary>
    internal ProtocolFiles Files { get; init; } = new();

    // Finds claims by identifier, pattern or group.
    private ImmutableArray<Claim> Named(string argument, StringComparison comparison)
    {
        var isPattern = argument.Contains('*', StringComparison.Ordinal);
        var known = isPattern || protocols.Mention(argument) ? Claims : coded.Value;
        ImmutableArray<Claim> exact = [.. known.Where(claim => claim.Id.Equals(argument, comparison))];
        return !exact.IsEmpty ? exact
            : isPattern ? [.. known.Where(claim => FileSystemName.MatchesSimpleExpression(argument, claim.Id))]
            : [.. known.Where(claim => GroupsOf(claim.Id).Any(group => group.Equals(argument, comparison)))];
    }

    // True if the argument is the exact name of a family or of one of its properties.
    private bool IsQuestion(string argument)
    {
        bool HasProperty(ModelFamily family)
        {
            try
            {
                return new Instance(family, Choices.Default).Model.Properties.Any(property => argument == $"{family.Name}:{property.Name}");
            }
            catch (UserErrorException)
            {
                return false; // the caller gets the reason unless the name has another meaning
            }
        }

        return Families.Any(family => argument == family.Name
            || (argument.StartsWith($"{family.Name}:", StringComparison.Ordinal) && HasProperty(family)));
    }

    // Creates claims without an expectation: for all properties of a family, or for the one after the colon.
    private ImmutableArray<Claim> Questions(string argument, Func<Claim, Choices>? choicesOf)
    {
        // An exact match comes first, because two names may differ only in case.
        ModelFamily? Named(StringComparison comparison) => Families.FirstOrDefault(family =>
            argument.Equals(family.Name, comparison) || argument.StartsWith($"{family.Name}:", comparison));
        var family = Named(StringComparison.Ordinal) ?? Named(StringComparison.OrdinalIgnoreCase);
        if (family is null)
        {
            return [];
        }

        if (Namesakes.FirstOrDefault(mistake => mistake.Name == family.Name).Mistake is { } mistake)
        {
            throw new UserErrorException(mistake);
        }

        var choices = choicesOf?.Invoke(Question.About(family, family.Name, "")) ?? Choices.Default;
        var properties = new Instance(family, choices).Model.Properties;
        var name = argument.Length > family.Name.Length ? argument[(family.Name.Length + 1)..] : null;
        Property? Called(StringComparison comparison) => properties.FirstOrDefault(p => p.Name.Equals(name, comparison));
        // Other choices may give other properties, so the name is checked when the claim is decided.
        return Question.About(family, family.Name, properties, name is null ? null
            : (Called(StringComparison.Ordinal) ?? Called(StringComparison.OrdinalIgnoreCase))?.Name ?? name);
    }

    /// <summary>Finds the claims of several arguments, each once.</summary>
    /// <exception cref="UserErrorException">VRF301: an argument matches nothing.</exception>
    public ImmutableArray<Claim> Find(IEnumerable<string> arguments, Func<Claim, Choices>? choicesOf = null) =>
        [.. arguments.SelectMany(argument => Find(argument, choicesOf)).Distinct()];

    /// <summary>Finds the claims of an argument that are about one property; for a family, the question about it.</summary>
    /// <exception cref="UserErrorException">VRF113: none is about that property. VRF301: nothing matches.</exception>
    public ImmutableArray<Claim> Find(string argument, string property, Func<Claim, Choices>? choicesOf)
    {
        if (ProtocolFiles.IsOne(argument))
        {
            return Find($"{argument}:{property}");
        }

        var found = Find(argument, choicesOf);
        ImmutableArray<Claim> about = [.. found.Where(claim => claim.Property.Equals(property, StringComparison.OrdinalIgnoreCase))];
        var family = found[0].Family;
        if (!about.IsEmpty)
        {
            return about;
        }

        var names = found.Select(claim => claim.Property);
        if (argument.Equals(family.Name, StringComparison.OrdinalIgnoreCase))
        {
            var question = found[0];
            var known = new Instance(family, choicesOf?.Invoke(question) ?? question.Choices).Model.Properties.Select(p => p.Name).ToList();
            if (known.Find(name => name.Equals(property, StringComparison.OrdinalIgnoreCase)) is { } name)
            {
                return Find($"{family.Name}:{name}", choicesOf);
            }

            names = known;
        }

        throw UserErrorException.At(null, ErrorCodes.UnknownName, $"'{argument}' has no property '{property}'",
            Suggestion.Hint(property, names) ?? $"choose from {string.Join(", ", names.Distinct())}");
    }

    // Errors are reported to the first caller that needs the claims.
    private void LookForClaims()
    {
        try
        {
            _ = coded.Value;
            protocols.Read();
        }
#pragma warning disable CA1031 // An exception on this thread would end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static IEnumerable<string> GroupsOf(string id) =>
        id.Select((letter, i) => (letter, i)).Where(pair => pair.letter is ':' or '/').Select(pair => id[..pair.i]);

    private static IEnumerable<T> InstancesOf<T>(Type[] types, Func<Type, object?> create) => types
        .Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract
            && type.GetConstructor(Type.EmptyTypes) is not null)
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(type => (T)create(type)!);

    private static object? Create(Type type) => Activator.CreateInstance(
        type, BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, null, null);

    // A constructor or a static field may do whatever its author wrote. Also reads what a family overrides, so that a mistake
    // there is found here.
    private static object? Own(Type type) => new AuthoredCode(ErrorCodes.ModelThrows, $"'{type.Name}'",
        () => SourceLocation.Of(type.GetConstructor(Type.EmptyTypes))).Run(() =>
    {
        var made = Create(type);
        if (made is ModelFamily family)
        {
            _ = (family.Name, family.Summary, family.Sizes, family.AllSwitches, family.Assumptions, family.Profiles, family.NotModelled,
                family.OtherMemoryOrders);
        }

        return made;
    });

    private ImmutableArray<Claim> Read(ClaimList list)
    {
        try
        {
            return list.Read();
        }
        catch (UserErrorException e)
        {
            unread.Add(e.Diagnostic);
            return [];
        }
    }

    private ImmutableArray<Claim> LookedAt(IEnumerable<Claim> all)
    {
        var list = all.ToImmutableArray();
        foreach (var claim in list.Where(claim => claim.Id.Length == 0 || !claim.Id.All(IsOfId)))
        {
            Note(claim, $"'{claim.Id}' is not a valid identifier of a claim",
                "use letters, digits and -_.:/+; an @ separates a claim from an instance");
        }

        // In the file name of a certificate, a colon and a slash are the same.
        foreach (var namesakes in list.GroupBy(claim => Certificate.FileName(claim.Id), StringComparer.OrdinalIgnoreCase))
        {
            foreach (var (claim, other) in namesakes.Zip(namesakes.Skip(1).Append(namesakes.First())).Where(_ => namesakes.Skip(1).Any()))
            {
                Note(claim, claim.Id.Equals(other.Id, StringComparison.OrdinalIgnoreCase)
                    ? $"two claims have the identifier '{claim.Id}'; the other is at {other.Where}"
                    : $"the claims '{claim.Id}' and '{other.Id}' would share the certificate {namesakes.Key}",
                    "rename one of them");
            }
        }

        return list;
    }

    private static bool IsOfId(char letter) => char.IsLetterOrDigit(letter) || "-_.:/+".Contains(letter, StringComparison.Ordinal);

    private void Note(Claim claim, string message, string hint) =>
        mistakes.TryAdd(claim, new Diagnostic(ErrorCodes.BadClaim, message, claim.Where, hint));
}
