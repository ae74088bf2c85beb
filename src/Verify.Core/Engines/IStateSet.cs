using Verify.Semantics;

namespace Verify.Engines;

/// <summary>The states that a search visited, kept while the interpreter checks them.</summary>
public interface IStateSet
{
    /// <summary>
    /// True if the search visited a representative of every reachable state. Partial-order reduction leaves states out
    /// on purpose, so this is false for it.
    /// </summary>
    bool StandsForAll { get; }

    /// <summary>
    /// The number of the visited representative of a state, different for each representative; null if there is none.
    /// </summary>
    long? Find(State state);
}
