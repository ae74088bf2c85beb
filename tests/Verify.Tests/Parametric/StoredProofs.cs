using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Modelling;
using Verify.Parametric.Lowering;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;

namespace Verify.Tests.Parametric;

/// <summary>The accepted proofs for every size, and the solvers of this machine.</summary>
internal static class StoredProofs
{
    private static readonly Catalogue Catalogue = Catalogue.Load();

    /// <summary>The claims with a proof for every size.</summary>
    public static ImmutableArray<(Claim Claim, Invariant Invariant)> All { get; } =
    [
        .. from invariant in Catalogue.Invariants
           from id in invariant.Claims
           select (Catalogue.Claims.Single(claim => claim.Id == id), invariant),
    ];

    public static TheoryData<string> Ids => [.. All.Select(pair => pair.Claim.Id)];

    public static Claim ClaimOf(string id) => Catalogue.Claims.Single(claim => claim.Id == id);

    public static Invariant InvariantOf(string id) => All.Single(pair => pair.Claim.Id == id).Invariant;

    /// <summary>A solver; the test is skipped if it is missing.</summary>
    public static SolverProgram Solver(SolverKind kind)
    {
        var program = SolverProgram.Find(kind);
        if (program.Unavailable is { } reason)
        {
            Assert.Skip(reason);
        }

        return program;
    }

    /// <summary>The answers of z3 for the obligations of one model.</summary>
    public static SolverRun Ask(Model model, Invariant invariant, string property) => SolverCheck.Run(
        ObligationWriter.Of(new InvariantObligations(new FirstOrderModel(model), invariant.For(model),
            (Property.Always)model.Property(property))).Whole(),
        Solver(SolverKind.Z3), 1, TestContext.Current.CancellationToken);
}
