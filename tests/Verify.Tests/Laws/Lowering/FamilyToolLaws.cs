using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Proofs;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Tests.Cli;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Solvers;
using Verify.Traces;

// Long because each of four commands is held against the graphs of instances, with the same helpers.
namespace Verify.Tests.Laws.Lowering;

/// <summary>
/// The output and exit codes of <c>prove</c> and <c>certify</c> for families, compared with the graphs of their
/// instances.
/// </summary>
public sealed class FamilyToolLaws
{
    private const int MaxStates = 300;
    private const int MaxSmall = 2000;
    private const int Few = 60;

    // What is said of the one instance that every proof for every size looks at: its witnesses, its rules, its exit code.
    internal static readonly Law Told = new(
        typeof(FamilyToolLaws), nameof(A_proof_for_every_size_tells_of_its_instance_what_is_so), 1, (sample, tally) =>
        {
            if (GeneratedFamily.SeedOf(sample.Model) is { } seed && sample.Toy.Nodes.Count <= MaxStates)
            {
                foreach (var property in sample.Model.Properties.OfType<Property.Always>())
                {
                    ProveForEverySize(seed, sample, property, tally);
                }
            }
        })
    {
        Source = ModelSource.Family,
    };

    internal static readonly Law Certified = new(
        typeof(FamilyToolLaws), nameof(What_certify_says_of_a_family_is_so), 2, (sample, tally) =>
        {
            if (GeneratedFamily.SeedOf(sample.Model) is { } seed)
            {
                Certify(seed, sample, tally);
            }
        })
    {
        Source = ModelSource.Family,
    };

    internal static readonly Law Reached = new(
        typeof(FamilyToolLaws), nameof(What_is_said_to_be_reached_or_never_is_so_at_every_size), 8, (sample, tally) =>
        {
            if (GeneratedFamily.SeedOf(sample.Model) is { } seed)
            {
                Reach(seed, sample, tally);
            }
        })
    {
        Source = ModelSource.Family,
    };

    internal static readonly Law Found = new(
        typeof(FamilyToolLaws), nameof(What_is_found_for_every_size_holds_at_all_of_them), 20, (sample, tally) =>
        {
            if (GeneratedFamily.SeedOf(sample.Model) is not { } seed || Forbidden(sample.Toy).Any())
            {
                return;
            }

            // Of what fails on the instance itself nothing is found.
            foreach (var property in sample.Model.Properties.OfType<Property.Always>().Where(property =>
                sample.OracleOf(property) is { Errors.IsEmpty: true, Level: null } && !Vacuities(sample.Toy, property).Any()))
            {
                Find(seed, property.Name, tally);
            }
        })
    {
        Source = ModelSource.Family,
    };

    [Fact]
    public void What_is_found_for_every_size_holds_at_all_of_them()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(Found, 90);
        Assert.True(Law.IsAlone || (tally["proved"] > 4 && tally["not found"] + tally["not proved"] > 0), $"{tally}");
    }

    [Fact]
    public void A_proof_for_every_size_tells_of_its_instance_what_is_so()
    {
        var tally = Law.Holds(Told, 150);
        string[] some = ["undefined", "refuted", "vacuous", "forbidden", "other size", "asked", "refused"];
        Assert.True(Law.IsAlone || some.All(word => tally[word] > 0), $"{tally}");
    }

    [Fact]
    public void What_certify_says_of_a_family_is_so()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(Certified, 30);
        Assert.True(Law.IsAlone || (tally["ok"] > 5 && tally["not ok"] > 5 && tally["forged"] > 15), $"{tally}");
    }

    [Fact]
    public void What_is_said_to_be_reached_or_never_is_so_at_every_size()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(Reached, 12);
        Assert.True(Law.IsAlone || (tally["reached"] > 3 && tally["never"] > 1 && tally["certified"] > 0), $"{tally}");
    }

    // ---- prove --any-size, up to the point where solvers are asked ----

    private static void ProveForEverySize(int seed, Sample sample, Property.Always property, Tally tally)
    {
        var claim = FamilyLaws.ClaimOf(new GeneratedFamily(seed), property.Name);
        using var output = new StringWriter();
        var session = new Session([new ExplicitEngine()], [], new(() => new Catalogue(() => [claim.Family], () => [claim])),
            new SolverChoice([Nobody]), Terminal.Plain(output, output), CancellationToken.None);
        AnySizeResult result;
        try
        {
            result = new AnySizeRun(session).Decide(claim, new FamilyLaws.Itself(property.Name, isAlone: true));
        }
        catch (UndefinedException)
        {
            Assert.False(sample.OracleOf(property).Errors.IsEmpty, "something is said to be undefined");
            tally.Note("undefined");
            return;
        }
        catch (UserErrorException e)
        {
            tally.Note("refused", e.Diagnostic.Code == ErrorCodes.NotGeneric);
            return;
        }

        tally.Compare();
        Assert.True(sample.OracleOf(property).Errors.IsEmpty, "nothing is said to be undefined");
        new AnySizeOutput(session.Terminal).Write(result);
        var (instance, isRefuted) = (result.Witness!.Instance, sample.Toy.Decisive(property) is not null);
        // Behind a violation, where the search does not go, a witness may be undefined.
        var forbidden = Forbidden(sample.Toy).ToList();
        List<string> vacuous = isRefuted ? [] : [.. Vacuities(sample.Toy, property)];
        Assert.Equal(!isRefuted && vacuous.Count == 0, Pasted(output).Contains(
            $"every rule fires and every witness is reached on {instance}: {Quantity.Of(sample.Toy.Nodes.Count, "state")}\n",
            StringComparison.Ordinal));
        string[] expected = isRefuted
            ? [$"{instance}: refuted, so a proof for every size is impossible"]
            : [.. forbidden, .. vacuous];
        if (expected.Length > 0)
        {
            Assert.Equal(expected, result.Problems);
            Assert.Equal(ExitCode.Otherwise, result.ExitCode);
            tally.Note(isRefuted ? "refuted" : forbidden.Count > 0 ? "forbidden" : "vacuous");
        }
        else
        {
            CompareSmall(seed, property.Name, result, tally);
        }

        Assert.Empty(result.Answers);
    }

    // The output with its wrapped lines made whole.
    private static string Pasted(StringWriter output) =>
        System.Text.RegularExpressions.Regex.Replace(output.ToString().ReplaceLineEndings("\n"), "\n {4}(?=[^ -])", " ");

    private static ISolverSource Nobody => SolverProgram.At(SolverKind.Z3, "no/such/z3");

    private static IEnumerable<string> Forbidden(Toy toy) => RulesOf(toy).Where(one => one.Rule.Never is not null && one.Count > 0)
        .Select(one => $"rule '{one.Rule.Name}' fires although it is declared never to: {one.Rule.Never}");

    private static IEnumerable<string> Vacuities(Toy toy, Property asked)
    {
        var others = toy.Interpreter.Model.Properties.OfType<Property.Reachable>().Where(witness => witness != asked).ToList();
        return
        [
            .. others.Where(witness => toy.Decisive(witness) is null).Select(witness => $"vacuous: '{witness.Name}' is not reachable"),
            .. RulesOf(toy).Where(one => one.Rule.Never is null && one.Count == 0)
                .Select(one => $"vacuous: rule '{one.Rule.Name}' never fires"),
            .. Premise.Of(toy.Interpreter.Model, asked, [.. toy.RuleCounts])
                .Where(premise => toy.Decisive(new Property.Reachable(premise.Subject, "", premise.Where, premise.Holds)) is null)
                .Select(premise => $"vacuous: {premise.Subject} {premise.NeverHappens}"),
            .. others.Count > 0 ? (string[])[]
                : ["vacuous: the model has no Reachable property, so the proof may be vacuous"],
        ];
    }

    private static IEnumerable<(Rule Rule, long Count)> RulesOf(Toy toy) => toy.Interpreter.Model.Rules.Zip(toy.RuleCounts);

    // The interpreter looks at small instances before solvers are asked: what it says of one is so, and it misses none that
    // has but a few states.
    private static void CompareSmall(int seed, string property, AnySizeResult result, Tally tally)
    {
        var family = new GeneratedFamily(seed);
        var problem = Assert.Single(result.Problems);
        var isAsked = problem == "no solver was run";
        Assert.Equal(isAsked ? ExitCode.Undecided : ExitCode.Otherwise, result.ExitCode);
        foreach (var choices in result.Proof!.SmallInstances())
        {
            var toy = new Toy(family.Build(choices), MaxSmall);
            var isNamed = problem.StartsWith($"on {Instance.DescribeSizes(family, choices)}: ", StringComparison.Ordinal);
            if (!toy.IsCut && (isNamed || toy.Nodes.Count <= Few))
            {
                Assert.Equal((isNamed, isNamed), (isNamed, IsBad(toy, property)));
            }

            if (isNamed)
            {
                break; // the first one is reported
            }
        }

        tally.Note(isAsked ? "asked" : "other size");
    }

    private static bool IsBad(Toy toy, string name)
    {
        var property = toy.Interpreter.Model.Property(name);
        return toy.Errors.Count > 0 || Record.Exception(() => toy.Decisive(property)) is not null || toy.Decisive(property) is not null
            || toy.Interpreter.Model.Properties.OfType<Property.Reachable>().Any(witness => toy.Nodes.Exists(node =>
                Record.Exception(() => toy.Decides(witness, node)) is not null));
    }

    // ---- prove --any-size --find ----

    private static void Find(int seed, string property, Tally tally)
    {
        var claim = FamilyLaws.ClaimOf(new GeneratedFamily(seed), property);
        using var output = new StringWriter();
        var session = new Session([new ExplicitEngine()], [], new(() => new Catalogue(() => [claim.Family], () => [claim])),
            new SolverChoice([RealSolver.OrSkip()]), Terminal.Plain(output, output), TestContext.Current.CancellationToken);
        AnySizeResult result;
        try
        {
            result = new AnySizeRun(session).Find(claim);
        }
        catch (UserErrorException)
        {
            tally.Note("refused");
            return;
        }

        new AnySizeOutput(session.Terminal).Write(result);
        Assert.Equal(result.IsProved, output.ToString().Contains($"{claim.Id}  proved ", StringComparison.Ordinal));
        tally.Note(result.IsProved ? "proved" : result.Proof is null ? "not found" : "not proved");
        tally.Compare();
        if (result.IsProved)
        {
            FamilyLaws.LookAtAll(seed, claim.Property, result.Proof!, tally);
        }
    }

    // ---- certify ----

    private static void Certify(int seed, Sample sample, Tally tally)
    {
        var all = sample.Model.Properties.OfType<Property.Always>().ToList();
        var property = all[seed % all.Count];
        var (family, id) = (new GeneratedFamily(seed), $"FAMILY:{seed}/law");
        var (claim, invariant) = (FamilyLaws.ClaimOf(family, property.Name, id),
            new FamilyLaws.Itself(property.Name, isAlone: seed / all.Count % 2 == 0, id));
        using var folder = new TestDirectory();
        ToolRun Run(params string[] arguments) => ToolRun.Asking([RealSolver.OrSkip()],
            new Catalogue(() => [family], () => [claim], () => [invariant]), _ => [new ExplicitEngine()], arguments);
        AnySizeProof proof;
        var written = Run("certify", "--write", folder.Path);
        try
        {
            proof = AnySizeProof.Create(claim, invariant);
        }
        catch (UserErrorException e)
        {
            Assert.Equal((ExitCode.BadInput, ""), (written.ExitCode, written.Out));
            Assert.Contains(e.Diagnostic.Code.Id, written.Error, StringComparison.Ordinal);
            tally.Note("refused");
            return;
        }

        var file = Path.Combine(folder.Path, Certificate.FileName(id));
        Assert.Equal((ExitCode.AsExpected, $"{file}{Environment.NewLine}", ""), (written.ExitCode, written.Out, written.Error));
        var answers = SolverCheck.Run(proof.Text, RealSolver.OrSkip(), 1, TestContext.Current.CancellationToken, maxSeconds: 1).Answers;
        if (answers.Any(answer => answer.Answer == Satisfiability.Unknown))
        {
            tally.Note("unknown");
            return;
        }

        var isShown = answers.All(answer => answer.Answer == Satisfiability.Unsat)
            && AnySizeRun.WhyNot(proof, ConjunctWalk.Brief) is null;
        var run = Run("certify", folder.Path);
        var said = isShown ? $"ok  {id}  proved" : $"PROBLEM  {id}  not proved";
        Assert.StartsWith($"{said} {proof.Sentence}", run.Out, StringComparison.Ordinal);
        Assert.Equal(isShown ? ExitCode.AsExpected : ExitCode.Otherwise, run.ExitCode);
        tally.Note(isShown ? "ok" : "not ok");
        tally.Compare();
        if (isShown)
        {
            FamilyLaws.LookAtAll(seed, property.Name, proof, tally);
        }

        Forge(file, seed);
        var forged = Run("certify", folder.Path);
        Assert.Equal((ExitCode.BadInput, ""), (forged.ExitCode, forged.Out));
        Assert.Contains("VRF309", forged.Error, StringComparison.Ordinal);
        tally.Note("forged");
    }

    // One of its lines is gone: an obligation that is not asked about, or something that makes it harder to hold.
    private static void Forge(string file, int seed)
    {
        var lines = File.ReadAllLines(file).ToList();
        var places = lines.Select((line, at) => (line, at)).Where(pair => pair.line.StartsWith('(')).ToList();
        lines.RemoveAt(places[seed % places.Count].at);
        File.WriteAllText(file, string.Join('\n', lines) + "\n");
    }

    // ---- prove CLAIM of what is reached, and its certificate ----

    private static void Reach(int seed, Sample sample, Tally tally)
    {
        foreach (var (number, property) in sample.Model.Properties.OfType<Property.Reachable>().Index())
        {
            var random = new Prng(((ulong)seed << 8) + (ulong)number);
            var family = new GeneratedFamily(seed, FamilyLaws.Beyond);
            var choices = family.Sizes.Aggregate(Choices.Default, (so, size) =>
                so.Size(size.Name, size.Low + random.Below(Math.Min(4, size.High - size.Low + 1))));
            if (ModelOf(family, choices) is { } model && new Toy(model, MaxStates) is { IsCut: false } toy)
            {
                Reach(family, choices, toy, property.Name, random, tally);
            }
        }
    }

    private static void Reach(GeneratedFamily family, Choices choices, Toy toy, string name, Prng random, Tally tally)
    {
        // Half of them are expected to come to something else than they do.
        var claim = FamilyLaws.ClaimOf(family, name) with
        {
            Choices = choices,
            Expected = random.OneIn(2) ? new Expectation.Proved() : new Expectation.Refuted(),
        };
        using var folder = new TestDirectory();
        ToolRun Run(params string[] arguments) => ToolRun.Asking([RealSolver.OrSkip()], new Catalogue(() => [family], () => [claim]),
            solver => [new PdrEngine(solver), new KInductionEngine(solver)], arguments);

        // No invariant says that something is reached, or that it is not.
        var every = Run("prove", claim.Id, "--any-size");
        Assert.Equal((ExitCode.BadInput, ""), (every.ExitCode, every.Out));
        Assert.Contains("VRF307", every.Error, StringComparison.Ordinal);

        var engine = random.OneIn(2) ? "pdr" : "kinduction";
        var run = Run("prove", claim.Id, "--engine", engine, "--into", folder.Path, "--budget", "seconds=10,depth=8");
        Compare(run, claim, toy, toy.Interpreter.Model.Property(name), folder.Path, Run, tally);
    }

    private static void Compare(
        ToolRun run, Claim claim, Toy toy, Property property, string folder, Func<string[], ToolRun> certify, Tally tally)
    {
        var files = Directory.GetFiles(folder);
        var oracle = Oracle.Of(toy, property);
        var word = run.Out.Split('\n')[0];
        tally.Compare();
        if (!oracle.Errors.IsEmpty)
        {
            Assert.True(run.ExitCode is ExitCode.BadInput or ExitCode.Undecided, $"undefined, and {run.ExitCode}: {run.Out}");
            Assert.Empty(files);
            tally.Note("undefined");
            return;
        }

        if (word.Contains("unknown", StringComparison.Ordinal) || word.Contains("holds up to", StringComparison.Ordinal))
        {
            tally.Note("open");
            return;
        }

        var (isMet, isExpected) = (oracle.Level is not null, claim.Expected.Word == (oracle.Level is null ? "refuted" : "proved"));
        Assert.StartsWith($"{claim.Id}  {(isMet ? "proved" : "refuted")}", word, StringComparison.Ordinal);
        // That something is never reached is about nothing where all else is not either. Solvers need not find out that it is
        // not, but do not say so of what is reached.
        var isEmpty = !isMet && !toy.Interpreter.Model.Properties.Any(other => other is Property.Reachable && other != property);
        var isDoubtful = !isMet && (Forbidden(toy).Any() || Vacuities(toy, property).Any());
        Assert.True(run.ExitCode == (isExpected && !isEmpty ? ExitCode.AsExpected : ExitCode.Otherwise)
            || (isDoubtful && run.ExitCode == ExitCode.Otherwise), $"{run.ExitCode}: {run.Out}");

        tally.Note(isMet ? "reached" : "never");
        Assert.Equal(isMet ? 0 : 1, files.Length);
        if (!isMet)
        {
            var again = certify(["certify", folder]);
            Assert.Equal((ExitCode.AsExpected, ""), (again.ExitCode, again.Error));
            Assert.StartsWith($"ok  {claim.Id}  refuted on ", again.Out, StringComparison.Ordinal);
            tally.Note("certified");
        }
    }

    private static Model? ModelOf(GeneratedFamily family, Choices choices)
    {
        try
        {
            return family.Build(choices);
        }
        catch (UserErrorException)
        {
            return null; // there is none of this size
        }
    }
}
