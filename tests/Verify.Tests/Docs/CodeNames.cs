using System.Reflection;
using System.Text.RegularExpressions;
using Verify.Cli.Hosting;

namespace Verify.Tests.Docs;

/// <summary>The names that a page may use: types, members and namespaces of the assemblies, files, claims, and options.</summary>
internal static partial class CodeNames
{
    private const BindingFlags AnyMember =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Of the launcher, of the test program, and of solvers that pages tell to run.
    private static readonly string[] OtherOptions =
    [
        "--fast", "--filter-class", "--filter-method", "--incremental", "--laws", "--list-tests", "--models", "--mutants", "--only",
        "--out", "--seed", "--seeded-bugs", "--soak", "--update",
    ];

    private static readonly string[] Endings = [".cs", ".md", ".txt", ".lock", ".csproj", ".props", ".targets", ".sh", ".sln", ".json"];

    private static readonly ILookup<string, Type> Types = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
        .Select(Path.GetFileNameWithoutExtension).Where(name => name!.StartsWith("verify", StringComparison.OrdinalIgnoreCase))
        .SelectMany(name => Assembly.Load(name!).GetTypes()).Where(type => !type.Name.Contains('<', StringComparison.Ordinal))
        .ToLookup(type => type.Name.Split('`')[0], StringComparer.Ordinal);

    private static readonly HashSet<string> Members =
        [.. Types.SelectMany(types => types).SelectMany(MembersOf)];

    private static readonly HashSet<string> Rooms =
    [
        .. Types.SelectMany(types => types).Select(type => type.Namespace).OfType<string>(),
        .. Repository.FilesWith(".csproj").Select(file => Path.GetFileNameWithoutExtension(file)),
    ];

    private static readonly Lazy<HashSet<string>> Questions = new(() =>
    {
        var catalogue = Catalogue.Load();
        return [
            .. catalogue.Claims.SelectMany(claim => (string[])[claim.Id, claim.Property, .. GroupsOf(claim.Id)]),
            .. catalogue.Families.SelectMany(family => family.Assumptions).Select(assumption => assumption.Name),
            .. Shell.OwnClaims.Select(claim => claim.Id),
        ];
    });

    private static readonly Dictionary<string, string> Help = [];

    /// <summary>Why a word between backticks is the name of nothing; null if it is one, or no name at all.</summary>
    public static string? WhyNot(string word) =>
        word.StartsWith("./verify ", StringComparison.Ordinal) ? WhyNotCommand(word)
        : word.StartsWith("--", StringComparison.Ordinal) ? WhyNotOption(word.Split(' ', '=')[0])
        : IsPath(word) ? Exists(word) || Told.Contains(word) ? null : $"there is no file or folder '{word}'"
        : Identifier().IsMatch(word) && word.Any(char.IsLower)
            ? IsKnown(word.TrimEnd('(', ')')) ? null : $"there is no type or member '{word}'"
        : Question().IsMatch(word) ? Questions.Value.Contains(word) ? null : $"there is no claim, property or assumption '{word}'"
        : null;

    /// <summary>Why a command line is none: it names an unknown command or option.</summary>
    public static string? WhyNotCommand(string line)
    {
        var words = line.Split(" #")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
        return words is not [var command, ..] ? "no command"
            : !HelpOf("").Contains($"\n  {command} ", StringComparison.Ordinal) ? $"there is no command '{command}'"
            : words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Select(word => word.Split('=')[0])
                .FirstOrDefault(option => !OtherOptions.Contains(option) && !Has(HelpOf(command), option)) is { } unknown
                ? $"'{command}' has no option '{unknown}'"
            : null;
    }

    /// <summary>True if a file declares a type.</summary>
    public static bool Declares(string file, string type) =>
        Regex.IsMatch(Repository.Text(file), $@"\b(class|record|struct|interface|enum) {Regex.Escape(type)}\b");

    private static string? WhyNotOption(string option) => OtherOptions.Contains(option)
        || new[] { "list", "check", "explain", "prove", "certify", "replay", "export", "gate", "compare" }
            .Any(command => Has(HelpOf(command), option))
            ? null
            : $"no command has the option '{option}'";

    private static bool Has(string help, string option) =>
        help.Contains($"  {option} ", StringComparison.Ordinal) || help.Contains($"  {option}\n", StringComparison.Ordinal);

    private static string HelpOf(string command)
    {
        lock (Help)
        {
            return Help.TryGetValue(command, out var known) ? known : Help[command] = Shell.Run($"./verify {command} --help");
        }
    }

    // The code that a page shows, and the text of the tests that corresponds to it.
    private static readonly string[] Told = ["mine", "mine/LateFlush.cs", "mine/LateFlushClaims.cs", "mine/LocalShootdown.cs"];

    // Words in capitals stand for what the reader puts there.
    private static bool IsPath(string word) => PathLike().IsMatch(word) && word != "./verify"
        && (word.Contains('/', StringComparison.Ordinal)
            || Array.Exists(Endings, ending => word.EndsWith(ending, StringComparison.Ordinal)))
        && !word.StartsWith("artifacts/", StringComparison.Ordinal);

    private static bool Exists(string word)
    {
        var pattern = string.Join(".*", Placeholder().Replace(word.TrimEnd('/'), "*").Split('*').Select(Regex.Escape));
        var expected = new Regex($"(^|/){pattern}($|/)");
        return Repository.Files.Any(file => expected.IsMatch(file));
    }

    private static bool IsKnown(string word)
    {
        var parts = word.Split('.');
        return parts[0] is "Microsoft" or "System" || Rooms.Contains(word)
            || (parts.Length == 1 ? Exists(word) || Types.Contains(word) || Members.Contains(word)
                : TypesLike(parts[^2]).Any(type => MembersOf(type).Any(member => member == parts[^1] || member == $"get_{parts[^1]}"))
                    || Rooms.Contains($"Verify.{word}"));
    }

    // Extensions of a type are members of another one: those of Expr, of ExprOps.
    private static IEnumerable<Type> TypesLike(string name) => Types[name].Concat(Types[name + "Ops"]);

    private static IEnumerable<string> MembersOf(Type type) =>
        type.GetMembers(AnyMember).Select(member => member.Name.Split('`')[0]);

    private static IEnumerable<string> GroupsOf(string id) =>
        id.Select((letter, i) => (letter, i)).Where(pair => pair.letter is ':' or '/').Select(pair => id[..pair.i]);

    [GeneratedRegex(@"^[A-Z]\w*(\.[A-Z]\w*)*(\(\))?$")]
    private static partial Regex Identifier();

    [GeneratedRegex("^[A-Z0-9]+(-[A-Z0-9.]+)+(/[a-z-]+)?(:[A-Z-]+)?$")]
    private static partial Regex Question();

    [GeneratedRegex(@"^[\w.*-]+(/[\w.*-]+)*/?$")]
    private static partial Regex PathLike();

    [GeneratedRegex(@"(?<![\w-])[A-Z]{2,}(?![\w-])|(?<![\w-])[A-Z]{2,}(?=[A-Z][a-z])")]
    private static partial Regex Placeholder();
}
