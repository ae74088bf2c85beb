using System.Collections.Immutable;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Output;
using Verify.Cli.Proofs;
using Verify.Engines;
using Verify.Generic;
using Verify.Lowering.FirstOrder;
using Verify.Modelling;
using Verify.Solving;

namespace Verify.Cli.Commands;

/// <summary><c>prove CLAIM… --any-size</c>: proofs for every size, and their certificates.</summary>
internal static class ProveCommand
{
    public static Command Create(Session session)
    {
        var claims = new Argument<string[]>("CLAIM")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "An id, as VL-FULL:I-USE, or a group of them, as VL-FULL.",
        };
        var anySize = new Option<bool>("--any-size") { Description = "For every number of CPUs, pages and frames, by an invariant." };
        var find = new Option<bool>("--find") { Description = "Look for the invariant, and print it." };
        var solver = new SolverOption();
        var command = new Command("prove", "Proves claims for every size, and writes the certificates.") { claims, anySize, find };
        solver.AddTo(command);
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(anySize))
            {
                throw ModelException.At(null, Codes.BadUsage, "prove is for every size: say --any-size",
                    "one instance is proved by 'verify check CLAIM', with any engine");
            }

            solver.Apply(parsed, session);
            var prover = new Prover(session);
            var found = session.Catalogue.Find(parsed.GetRequiredValue(claims));
            return ExitCode.Worst(parsed.GetValue(find)
                ? [.. found.Select(prover.Find)]
                : prover.WithInvariant(found).Select(prover.Prove).ToList());
        });
        return command;
    }

    private sealed class Prover(Session session)
    {
        private const int StatesToLookAt = 6000;

        private readonly Terminal terminal = session.Terminal;
        private readonly ProofFiles files = new(session.Catalogue);
        private readonly SolverChoice solvers = session.Solvers;

        // Of a group, those that somebody has written an invariant for.
        public ImmutableArray<Claim> WithInvariant(ImmutableArray<Claim> claims)
        {
            ImmutableArray<Claim> some = [.. claims.Where(claim => files.InvariantOf(claim) is not null)];
            return some.IsEmpty ? claims : some;
        }

        public int Prove(Claim claim)
        {
            var invariant = files.InvariantOf(claim)
                ?? throw ModelException.At(null, Codes.BadInvariant, $"there is no invariant for {claim.Id}");
            var code = Prove(claim, invariant, out var proof);
            if (code == ExitCode.AsExpected)
            {
                var path = ProofFiles.PathOf(claim, invariant);
                ProofFiles.Write(path, Certificate.Of(claim, proof, Tool.Version).Text);
                terminal.Out.WriteLine($"  certificate: {path}");
            }

            return code;
        }

        public int Find(Claim claim)
        {
            NeedsSolver();
            var instances = Instances(claim);
            var found = new InvariantSearch(instances, claim.Id, claim.Property, solvers, new Telling(terminal.Error))
                .Find(StatesToLookAt, session.Cancellation);
            if (found.Invariant is not { } invariant)
            {
                terminal.Out.WriteLine($"{terminal.Paint(claim.Id, Paint.Bold)}  no clause over two of each identity excludes this:");
                BrokenStepText.Write(terminal, found.Instance, found.Stuck!);
                return ExitCode.Undecided;
            }

            var code = Prove(claim, invariant, out _);
            terminal.Out.WriteLine();
            terminal.Out.Write(invariant.Source("FoundInvariant", instances[0]));
            return code;
        }

        private int Prove(Claim claim, Invariant invariant, out AnySizeProof proof)
        {
            NeedsSolver();
            proof = AnySizeProof.Of(claim, invariant);
            var instance = new Instance(claim.Family, claim.Choices);
            var witness = Report.Decide(session.Engine(null), instance, instance.Model.Property(claim.Property),
                new Run(Budget.Unlimited, Cancellation: session.Cancellation));
            var problems = witness.Verdict is Verdict.Proved
                ? witness.Vacuities()
                : [$"{instance}: {witness.Verdict.Word}, so there is nothing to prove for every size"];
            var result = problems.IsEmpty
                ? AnySizeProver.Run(proof.Text, solvers.WithSecondOpinion, seeds: 3, session.Cancellation)
                : new ProverResult([], problems, []);
            var isProved = result.IsProved;
            terminal.Out.WriteLine($"{terminal.Paint(claim.Id, Paint.Bold)}  "
                + (isProved ? terminal.Paint("proved", Paint.Green) : terminal.Paint("not proved", Paint.Red)) + $" {proof.Sentence}");
            terminal.Out.WriteLine($"  {claim.Sentence}");
            terminal.Out.WriteLine($"  {proof.Count} obligations: "
                + string.Join(", ", result.Answers.Select(a => $"{a.Solver} (seed {a.Seed}) {ResultText.Seconds(a.Seconds)}")));
            terminal.Out.WriteLine($"  every rule fires, and every witness is met, on {instance}: "
                + $"{witness.Verdict.Evidence.States:N0} states");
            foreach (var problem in result.Problems)
            {
                terminal.Out.WriteLine($"  {terminal.Paint("PROBLEM", Paint.Red)} {problem}");
            }

            ShowBroken(claim, invariant, result.Failed);
            var isRefuted = !problems.IsEmpty || result.Answers.SelectMany(a => a.Answers).Any(a => a.Answer == Satisfiability.Sat);
            return isProved ? ExitCode.AsExpected : isRefuted ? ExitCode.Otherwise : ExitCode.Undecided;
        }

        private void ShowBroken(Claim claim, Invariant invariant, ImmutableArray<string> failed)
        {
            foreach (var name in failed.Take(3))
            {
                foreach (var model in Instances(claim))
                {
                    var obligations = new Obligations(
                        new FirstOrderModel(model), invariant.For(model), (Property.Always)model.Property(claim.Property));
                    if (BrokenStepFinder.Find(obligations, name, solvers, session.Cancellation) is { } broken)
                    {
                        terminal.Out.WriteLine();
                        terminal.Out.WriteLine($"  {name}");
                        BrokenStepText.Write(terminal, model, broken);
                        break;
                    }
                }
            }
        }

        private void NeedsSolver()
        {
            if (solvers.Unavailable is { } reason)
            {
                throw ModelException.At(null, Codes.MissingTool, reason);
            }
        }

        // Two of everything, and then three of one and of the others.
        private static ImmutableArray<Model> Instances(Claim claim)
        {
            var scalars = new Signature(claim.Family.Build(claim.Choices)).Scalars.Select(scalar => scalar.Name).ToHashSet();
            var first = claim.Family.Sizes.FirstOrDefault(size => scalars.Contains(size.Name))?.Name;
            Model Of(Func<string, int> sizeOf) => claim.Family.Build(claim.Family.Sizes.Where(size => scalars.Contains(size.Name))
                .Aggregate(claim.Choices, (choices, size) => choices.Size(size.Name, Math.Clamp(sizeOf(size.Name), size.Low, size.High))));
            return [Of(_ => 2), Of(name => name == first ? 3 : 2), Of(name => name == first ? 2 : 3)];
        }
    }

    private sealed class Telling(TextWriter error) : IProgress<string>
    {
        public void Report(string value) => error.WriteLine($"verify: {value}");
    }
}
