using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Solvers.Smt;

namespace Verify.Formats.Smt;

/// <summary>Writes SMT-LIB 2 text: the finite lowering as constrained Horn clauses, for Z3 and others.</summary>
public sealed class SmtHornWriter : IModelWriter
{
    /// <inheritdoc/>
    public string Name => "smt2";

    /// <inheritdoc/>
    public string Summary => "for Z3: Horn clauses over bit-vectors";

    /// <inheritdoc/>
    public string Extension => ".smt2";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property) => SingleState.WhyNot(property);

    /// <inheritdoc/>
    public ImmutableArray<ExportFile> Export(
        Model model, Property? property, string? instance = null, string? name = null)
    {
        var asked = SingleState.Of(property);
        var text = new SmtLib(new TransitionSystem(model, asked));
        var file = new Identifiers("").Take(name ?? model.Name) + Extension;
        var isBad = asked is Property.Reachable ? "such a state can be reached" : "it is violated";
        var head = SingleState.Head(model, asked, instance, "solvers of Horn clauses",
            $"Run: z3 {file}",
            "sat: no bad state can be reached, and inv is an invariant that says so.",
            $"unsat: a bad state can be reached, that is {isBad}, or the model is not well defined there.");
        return [new ExportFile(file, $"{head}{text.Legend()}(set-logic HORN)\n{text.HornClauses()}(check-sat)\n")];
    }
}
