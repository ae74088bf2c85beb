using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.FilePages;

/// <summary>
/// Why page lock and list of aliases are enough for any number of processes, files and frames, where all files share one page at
/// first.
/// </summary>
public sealed class AliasListInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["FK-PAGELOCK-ALIAS:I-COH", "FK-PAGELOCK-ALIAS:I-ISO"];

    protected override void Describe(InvariantBuilder i)
    {
        var breaks = new BreakConjuncts(i, (counter, points) => Is(counter, points));
        breaks.Add();
        var slot = breaks.Slot;
        i.Add("at first no file has a page", ForAll(breaks.File, breaks.File, (a, b) => slot[a].IsNone.Implies(slot[b].IsNone)));
        i.Add("at first no file was written to", ForAll(breaks.File, a => slot[a].IsNone.Implies(!breaks.Written[a])));
        i.Add("at first nothing is an alias", ForAll(breaks.Frame, breaks.File, breaks.File, (f, a, b) =>
            slot[a].IsNone.Implies(!breaks.Aliases[f, b])));
    }
}
