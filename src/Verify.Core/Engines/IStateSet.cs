using Verify.Semantics;

namespace Verify.Engines;

/// <summary>The states that a search visited, for as long as they are held against the interpreter.</summary>
public interface IStateSet
{
    /// <summary>
    /// Whether of every reachable state one was visited that stands for it. Not so under partial order, which leaves states
    /// out on purpose.
    /// </summary>
    bool StandsForAll { get; }

    /// <summary>The number of the visited state that stands for a state, another one for each; null if there is none.</summary>
    long? Find(State state);
}
