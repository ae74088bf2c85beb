using Verify.Engines;
using Verify.Semantics;

namespace Verify.Tests.TraceTexts;

/// <summary>A list of states as the result of a search, for comparison with the interpreter.</summary>
internal sealed class StateList(IEnumerable<State> states, bool standsForAll = true) : IStateSet
{
    private readonly Dictionary<State, long> numbers = states.Select((state, i) => (state, i)).ToDictionary(s => s.state, s => (long)s.i);

    public bool StandsForAll => standsForAll;

    public long? Find(State state) => numbers.TryGetValue(state, out var number) ? number : null;
}
