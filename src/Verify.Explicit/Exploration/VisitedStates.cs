using Verify.Engines;
using Verify.Explicit.Packing;
using Verify.Explicit.Storage;
using Verify.Explicit.Symmetry;
using Verify.Semantics;

namespace Verify.Explicit.Exploration;

/// <summary>Looks up states among those that a completed search visited, with its packing and symmetry.</summary>
internal sealed unsafe class VisitedStates(CompiledModel model, StateStore store) : IStateSet
{
    private readonly Canonicalizer? canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);

    /// <inheritdoc/>
    public bool StandsForAll => model.Steps is null;

    /// <inheritdoc/>
    public long? Find(State state)
    {
        fixed (ulong* words = model.Layout.Pack(state))
        {
            canonicalizer?.Apply(words);
            var place = store.Find(words, StateHash.Of(words, model.Layout.WordCount));
            return place < 0 ? null : place;
        }
    }
}
