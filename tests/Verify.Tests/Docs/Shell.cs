using System.Collections.Immutable;
using System.Text;
using Verify.Claims;
using Verify.Cli;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Coyote;
using Verify.Engines;
using Verify.Explicit;
using Verify.Language;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Solvers;
using Verify.Symbolic;

namespace Verify.Tests.Docs;

/// <summary>
/// Runs the commands of pages, with the models and proofs of the product and those of this folder, which the pages tell the
/// reader to write.
/// </summary>
internal static class Shell
{
    // Whose answers the pages have.
    private static readonly string[] Versions = ["z3 4.8.12", "cvc5 1.0.3"];

    /// <summary>The arguments of a command line of the tool, which may have words in single quotes.</summary>
    public static string[] ArgumentsOf(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isQuoted, isOpen) = (false, false);
        foreach (var letter in command)
        {
            isQuoted ^= letter == '\'';
            if (letter == ' ' && !isQuoted)
            {
                words.AddRange(isOpen ? [word.ToString()] : []);
                word.Clear();
                isOpen = false;
            }
            else
            {
                word.Append(letter == '\'' ? "" : letter);
                isOpen = true;
            }
        }

        words.AddRange(isOpen ? [word.ToString()] : []);
        Assert.True(words is ["./verify", _, ..], $"'{command}': only ./verify can be run from a page");
        return [.. words.Skip(1)];
    }

    /// <summary>The output of a command, including errors.</summary>
    public static string Run(string command)
    {
        var output = new StringWriter { NewLine = "\n" };
        var solvers = Solvers();
        new Tool(Engines(solvers), ModelWriters.All, () => Everything, solvers).Run(ArgumentsOf(command), Terminal.Plain(output, output));
        return output.ToString();
    }

    /// <summary>
    /// Why the answer to a command cannot be compared here; null if it can. Another solver finds other lemmas, and others of
    /// several shortest traces.
    /// </summary>
    public static string? WhyNot(string command)
    {
        string[] asking = ["bmc", "kinduction", "pdr", "spacer", "auto", "portfolio"];
        var words = ArgumentsOf(command);
        return words[0] is "prove" or "certify" or "compare" || words.Any(asking.Contains)
            ? Solvers().All.Zip(Versions, (solver, version) => solver.Unavailable
                ?? (solver.Identity == version ? null : $"pages have the answers of {version}, here is {solver.Identity}"))
                .FirstOrDefault(reason => reason is not null)
            : null;
    }

    /// <summary>The claims that pages tell the reader to write.</summary>
    public static ImmutableArray<Claim> OwnClaims { get; } = [.. Own<ClaimList>().SelectMany(list => list.Claims)];

    private static Catalogue Everything { get; } = WithOwn(Catalogue.Load());

    private static Catalogue WithOwn(Catalogue catalogue) =>
        new(() => catalogue.Families.Concat(Own<ModelFamily>()), () => catalogue.Claims.Concat(OwnClaims))
        {
            Files = new ProtocolFiles(Load),
        };

    // A file that a page tells the reader to write is somewhere in the repository.
    private static ProtocolFile Load(string path) =>
        Repository.FilesWith(ProtocolFile.Ending)
            .FirstOrDefault(file => file == path || file.EndsWith($"/{path}", StringComparison.Ordinal))
            is { } known ? ProtocolFile.Parse(path, Repository.Text(known), ProtocolFiles.Parts) : ProtocolFiles.FromDisk(path);

    private static SolverChoice Solvers() => new([new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)]);

    private static IReadOnlyList<IEngine> Engines(SolverChoice solvers)
    {
        var search = new ExplicitEngine();
        IEngine[] symbolic = [new BmcEngine(solvers), new KInductionEngine(solvers), new PdrEngine(solvers), new SpacerEngine(solvers)];
        return
        [
            search, new RandomEngine(), new ScheduleEngine(), new CoyoteEngine(), .. symbolic,
            new AutoEngine(search, symbolic[0], symbolic[2]), new PortfolioEngine([search, .. symbolic]),
        ];
    }

    // Those in the folder of this test have the namespaces that the pages put them into.
    private static ImmutableArray<T> Own<T>() =>
    [
        .. typeof(Shell).Assembly.GetTypes()
            .Where(type => typeof(T).IsAssignableFrom(type) && type is { IsAbstract: false, IsPublic: true })
            .Where(type => type.Namespace == "Mine")
            .Select(type => (T)Activator.CreateInstance(type)!),
    ];
}
