using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Proofs;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Commands;

/// <summary>
/// <c>prove CLAIM…</c>: proves claims with solvers, for one instance or for every size, and writes certificates.
/// </summary>
internal sealed class ProveCommand
{
    private readonly Session session;
    private readonly Argument<string[]> claims = new("CLAIM")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "An identifier such as VL-FULL:I-USE, or a group such as VL-FULL.",
    };

    private readonly Option<bool> anySize = new("--any-size")
    {
        Description = "Prove for every number of CPUs, pages and frames by an invariant; writes the certificate below proofs.",
    };

    private readonly Option<bool> find = new("--find") { Description = "Search for the invariant and print it." };
    private readonly Option<string?> into = new("--into")
    {
        HelpName = "DIR",
        Description = "Write certificates of instances into this folder.",
    };

    private readonly Option<string?> engine = new("--engine")
    {
        HelpName = "E",
        Description = "The engine for an instance: kinduction, pdr or spacer, which race by default; or bmc, which proves what ends.",
    };

    private readonly BudgetOption budget = new("The budget for an instance: seconds=10,depth=30,bytes=2G.");

    private readonly Option<ulong?> seed = new("--seed") { HelpName = "N", Description = "The seed of random choices." };
    private readonly Option<bool> json = new("--json") { Description = "Write the results as JSON." };
    private readonly ChoiceOptions choices = new();
    private readonly SolverOption solver = new();

    private ProveCommand(Session session) => this.session = session;

    public static Command Create(Session session)
    {
        var prove = new ProveCommand(session);
        var command = new Command("prove", "Proves claims with solvers and writes certificates that any solver can check.")
        {
            prove.claims,
            prove.anySize,
            prove.find,
        };
        prove.choices.AddTo(command);
        Completions.Add(prove.claims, session);
        foreach (var option in new Option[] { prove.engine, prove.budget.Option, prove.seed, prove.into, prove.json })
        {
            command.Add(option);
        }

        prove.solver.AddTo(command);
        command.SetAction(prove.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        OptionUse.CheckContradictions(parsed);
        solver.Apply(parsed, session);
        var found = session.Catalogue.Find(parsed.GetRequiredValue(claims));
        return parsed.GetValue(anySize) ? ForEverySize(parsed, found) : OfInstances(parsed, found);
    }

    private int ForEverySize(ParseResult parsed, IReadOnlyCollection<Claim> found)
    {
        var (run, output) = (new AnySizeRun(session), new AnySizeOutput(session.Terminal));
        IReadOnlyList<Claim> asked = parsed.GetValue(find) ? [.. found] : run.WithInvariant([.. found]);
        return Each(parsed, [.. asked.Select(claim => (claim, claim.Choices))],
            (claim, _) => parsed.GetValue(find) ? run.Find(claim) : run.Prove(claim),
            output.Write,
            result => [AnySizeOutput.Entry(result)],
            result => result.ExitCode);
    }

    private int OfInstances(ParseResult parsed, IReadOnlyCollection<Claim> found)
    {
        var run = new EngineOptions(budget.Read(parsed), parsed.GetValue(seed) ?? 1, Cancellation: session.Cancellation);
        var asked = InstanceRun.EngineOf(session, parsed.GetValue(engine));
        OptionUse.Check(parsed, asked);
        var chosen = new CachingEngine(asked);
        var folder = parsed.GetValue(into);
        if (folder is not null)
        {
            _ = !string.IsNullOrWhiteSpace(folder) ? DirectoryProbe.Prepare(folder, $"cannot write files into '{folder}'")
                : throw UserErrorException.At(null, ErrorCodes.BadUsage, "--into needs a folder");
        }

        var proving = new InstanceRun(session, folder);
        IReadOnlyList<(Claim Claim, Choices Choices)> instances = [.. found.Select(claim => (claim, choices.Apply(parsed, claim)))];
        return Each(parsed, instances,
            (claim, choice) => proving.Prove(claim, choice, chosen, run),
            proved => proving.Write(proved.Report, proved.Certificate),
            proved => ResultJson.EntriesOf(InstanceRun.Naming(proved.Report, proved.Certificate)),
            proved => ExitCode.Of(proved.Report));
    }

    // Proves the claims one after the other and reports each result at once; an error in one does not stop the others.
    private int Each<TDone>(ParseResult parsed, IReadOnlyList<(Claim Claim, Choices Choices)> asked, Func<Claim, Choices, TDone> work,
        Action<TDone> write, Func<TDone, IEnumerable<ResultJson.Entry>> entriesOf, Func<TDone, int> codeOf)
    {
        var isJson = parsed.GetValue(json);
        var (entries, codes) = (new List<ResultJson.Entry>(), new List<int>());
        foreach (var (claim, choice) in asked.TakeWhile((_, i) => i == 0 || !session.Cancellation.IsCancellationRequested))
        {
            TDone done;
            try
            {
                done = session.Catalogue.MistakeIn(claim) is { } mistake ? throw new UserErrorException(mistake) : work(claim, choice);
            }
            catch (UserErrorException e)
            {
                var wrong = Outcome.Wrong(claim, choice, e) with { IsOfEverySize = parsed.GetValue(anySize) };
                if (!isJson && wrong.Run is not null)
                {
                    new ResultText(session.Terminal).Write(wrong, default);
                }

                codes.Add(ExitCode.Of(wrong));
                entries.AddRange(ResultJson.EntriesOf(wrong));
                ErrorOutput.Complain(session.Terminal, wrong.Complaint!);
                continue;
            }

            if (!isJson && codes.Count > 0)
            {
                session.Terminal.Out.WriteLine();
            }

            codes.Add(codeOf(done));
            entries.AddRange(entriesOf(done));
            if (!isJson)
            {
                write(done);
            }
        }

        if (isJson)
        {
            ResultJson.Write(session.Terminal.Out, entries);
        }

        if (codes.Count < asked.Count)
        {
            session.Terminal.Error.WriteLine(
                $"verify: interrupted; {asked.Count - codes.Count} of {asked.Count} claims were not decided");
        }

        return ExitCode.Worst(session.Cancellation.IsCancellationRequested
            ? [ExitCode.Undecided, .. codes.Where(code => code is ExitCode.BadInput or ExitCode.OurFault)] : codes);
    }
}
