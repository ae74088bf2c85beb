using System.Reflection;
using System.Runtime.CompilerServices;
using Verify.Modelling;
using Verify.Tests.Language;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Lowering;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Reduced;
using Binder = Verify.Modelling.Binder;

namespace Verify.Tests.Laws.Corners;

/// <summary>
/// Generated models use every public function of the modelling language, and laws compare those models.
/// </summary>
public sealed class LanguageTests
{
    private const int Models = 500;
    private const string Heading = "## Which law covers which word";

    /// <summary>The types whose members an author of models uses.</summary>
    private static readonly Type[] Said =
    [
        typeof(ModelBuilder), typeof(StepBuilder), typeof(ThreadBuilder), typeof(Dsl), typeof(Expr), typeof(Sort), typeof(Field),
        typeof(Binder), typeof(ModelThread),
    ];

    /// <summary>Members that need sizes and choices, or that the reader of texts uses, and the laws that cover them.</summary>
    private static readonly Dictionary<string, string> OfFamilies = new(StringComparer.Ordinal)
    {
        ["ModelBuilder.Size(String)"] = nameof(FamilyLaws),
        ["ModelBuilder.Has(Switch)"] = nameof(ClaimLaws),
        ["ModelBuilder.Assumes(Assumption)"] = nameof(ClaimLaws),
        ["ModelBuilder.Is(Profile)"] = nameof(ClaimLaws),
        ["Dsl.As(Expr, Sort)"] = nameof(RoundTripLaws),
        ["Dsl.IdentityOf(Sort.ScalarSet, Int32)"] = nameof(RoundTripLaws),
        ["Dsl.Quantify(Quantifier, Binder, Expr)"] = nameof(RoundTripLaws),
        ["ModelBuilder.Declare(String, Sort, Expr, VariableRole)"] = nameof(RoundTripLaws),
        ["ModelBuilder.Mark(String, ImmutableArray<Binder>, Expr, Expr)"] = nameof(RoundTripLaws),
        ["ModelBuilder.Rule(String, ImmutableArray<Binder>, Action<StepBuilder>)"] = nameof(RoundTripLaws),
        ["ModelBuilder.RunOn(Sort.ScalarSet)"] = nameof(RoundTripLaws),
        ["ModelBuilder.Thread(String, Binder, Boolean, Action<ThreadBuilder>)"] = nameof(ThreadTextTests),
        ["Sort.EnumNamed(String, ImmutableArray<String>)"] = nameof(RoundTripLaws),
        ["Sort.IdentitiesNamed(String, ImmutableArray<String>)"] = nameof(RoundTripLaws),
        ["Sort.RecordNamed(String, ImmutableArray<Field>)"] = nameof(RoundTripLaws),
        ["StepBuilder.Amend(Func<Rule, Rule>)"] = nameof(RoundTripLaws),
        ["StepBuilder.Each(Binder, Action)"] = nameof(RoundTripLaws),
        ["ThreadBuilder.Step(String, ImmutableArray<Binder>, Action<StepBuilder>, Expr, Action, Action)"] = nameof(ThreadTextTests),
    };

    /// <summary>Members that no law can cover, and the reason.</summary>
    private static readonly Dictionary<string, string> Exempt = new(StringComparer.Ordinal)
    {
        ["ModelBuilder.get_Name()"] = "it changes nothing",
        ["ModelBuilder.Publish(Object)"] = "for those who speak about a model; it changes nothing",
        ["ModelThread.get_Name()"] = "a name, for reports",
        ["Expr.get_Sort()"] = "the generator calls it everywhere",
        ["Expr.op_True(Expr)"] = "C# calls it where the language has no word, and gets an error",
        ["Expr.op_False(Expr)"] = "the same",
        ["ModelBuilder.get_Variables()"] = "the reader of texts looks up what a hardware part has declared",
        ["Expr.get_Depth()"] = "it is looked at where an expression is made",
        ["Sort.get_Text()"] = "the generator calls it everywhere",
        ["Sort.get_ScalarCount()"] = "the generator calls it everywhere",
        ["Sort.get_IsScalar()"] = "the generator calls it everywhere",
        ["Binder.get_Name()"] = "a name, for reports",
        ["Binder.get_Sort()"] = "the generator calls it everywhere",
        ["Field.get_Name()"] = "a name, for reports",
        ["Field.get_Sort()"] = "the generator calls it everywhere",
        ["Field.get_IsGhost()"] = "the generator calls it everywhere",
    };

    /// <summary>
    /// Types that are not part of the language: the parts of a model, which every pass reads, and the choices of
    /// families.
    /// </summary>
    private static readonly Type[] Read =
    [
        typeof(Model), typeof(StartCondition), typeof(Mark), typeof(Rule), typeof(Update), typeof(Actor), typeof(Fairness),
        typeof(Branching),
        typeof(Source), typeof(Footprint),
        typeof(Property), typeof(Variable), typeof(VariableRole), typeof(LogicOperator), typeof(Quantifier),
        typeof(ExprFold<>), typeof(ExprVisitor), typeof(ModelPrinter),
        typeof(ModelFamily), typeof(Instance), typeof(Choices), typeof(SizeParameter),
        typeof(Switch), typeof(Fault), typeof(Feature), typeof(Assumption), typeof(Profile), typeof(Limit),
    ];

    // The laws that are cheap enough for several hundred models here, one of each kind.
    private static Law[] Laws =>
    [
        MeaningLaws.SameTwice, LoweringLaws.Terms, EngineLaws.SameAsToy, StepLaws.Steps, ConeLaws.Keeps, SymmetryLaws.Keeps,
        PartialOrderLaws.Keeps, LivenessLaws.Lassos, FirstOrderLaws.SameAsInterpreter, EveryWayLaws.Told,
    ];

    [Fact]
    public void Every_public_type_is_of_the_language_or_read_by_every_pass()
    {
        var types = typeof(ModelBuilder).Assembly.GetExportedTypes()
            .Where(type => type.Namespace == typeof(ModelBuilder).Namespace && !type.IsNested);
        Assert.Empty(types.Except(Said).Except(Read).Select(type => type.Name));
    }

    [Fact]
    public void Every_word_is_said()
    {
        var drawn = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < Models; seed++)
        {
            drawn.UnionWith(CornerModel.WithWords(seed).Words);
        }

        var words = Words().ToList();
        var unsaid = words.Except(drawn).Except(OfFamilies.Keys).Except(Exempt.Keys);
        Assert.Equal([], unsaid);
        Assert.Empty(Exempt.Keys.Concat(OfFamilies.Keys).Except(words));
        Assert.True(words.Count > 90, $"there are but {words.Count} words");
    }

    [Fact]
    public void The_page_lists_the_laws_for_each_member()
    {
        var page = Repository.Text("tests/README.md");
        var (start, end) = (page.IndexOf(Heading, StringComparison.Ordinal), 0);
        Assert.True(start >= 0, $"tests/README.md has no '{Heading}'");
        start += Heading.Length;
        end = page.IndexOf("\n## ", start, StringComparison.Ordinal);
        var text = "\n\n" + Table();
        if (Environment.GetEnvironmentVariable("SNAPSHOTS") == "update")
        {
            File.WriteAllText(Path.Combine(Repository.Root, "tests/README.md"), page[..start] + text + page[end..]);
        }
        else
        {
            Assert.Equal(text, page[start..end]);
        }
    }

    // Members with the same laws share a line.
    private static string Table()
    {
        var (models, covered) = Covered();
        var lines = Words().Where(word => !Exempt.ContainsKey(word))
            .GroupBy(word => OfFamilies.TryGetValue(word, out var law)
                ? $"`{law}`"
                : string.Join(", ", Laws.Select(NameOf).Where(law => covered.Contains((word, law))).Select(law => $"`{law}`")))
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        Assert.DoesNotContain(lines, group => group.Key == "");
        return $"""
            Worked out over {models} models by `LanguageTests`, which fail when a public word has no law, and written by
            `SNAPSHOTS=update`. A model that says a word was compared by each of the laws in its line.

            | laws | words |
            |---|---|
            {string.Join('\n', lines.Select(group => $"| {group.Key} | {string.Join(", ", group.Select(Readable))} |"))}

            """.ReplaceLineEndings("\n");
    }

    private static (int Models, HashSet<(string Word, string Law)> Covered) Covered()
    {
        const int Tried = 250;
        var covered = new HashSet<(string, string)>();
        for (var seed = 0; seed < Tried; seed++)
        {
            var (model, words) = CornerModel.WithWords(seed);
            var sample = new Sample(() => model);
            foreach (var law in Laws.Where(law => law.Suits(sample)))
            {
                var tally = new Tally();
                law.Try(sample, tally);
                if (tally.Compared > 0)
                {
                    covered.UnionWith(words.Select(word => (word, NameOf(law))));
                }
            }
        }

        return (Tried, covered);
    }

    private static string NameOf(Law law) => law.Name.Split('.')[0];

    private static string Readable(string word) => $"`{word.Replace(".get_Item(", "[](", StringComparison.Ordinal)
        .Replace(".get_", ".", StringComparison.Ordinal).Replace("ReadOnlySpan", "", StringComparison.Ordinal)}`";

    /// <summary>The words that an author of models says, without those of the reader of texts.</summary>
    internal static IEnumerable<string> WordsOfAuthors => Words().Where(word => !Exempt.ContainsKey(word)
        && OfFamilies.GetValueOrDefault(word) is not (nameof(RoundTripLaws) or nameof(ThreadTextTests)));

    private static IEnumerable<string> Words() => Said.SelectMany(type =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .OfType<MethodBase>()
            .Where(member => !IsMade(member))
            .Select(Drawn.NameOf)).Order(StringComparer.Ordinal);

    // Compiler-generated members, and those that every type has.
    private static bool IsMade(MethodBase member) =>
        member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "<Clone>$"
        || member.Name.StartsWith("set_", StringComparison.Ordinal)
        || (member.DeclaringType == typeof(Field) && member.Name.StartsWith("op_", StringComparison.Ordinal))
        || (member.DeclaringType == typeof(Field) && !member.Name.StartsWith("get_", StringComparison.Ordinal)
            && member.IsDefined(typeof(CompilerGeneratedAttribute)));
}
