using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>Computes where the marks of a model hold.</summary>
internal sealed class Marks(Interpreter interpreter)
{
    private readonly SortedDictionary<int, string> notes = [];

    /// <summary>
    /// For each mark that was undefined somewhere, a note with the reason, in the order of the marks.
    /// </summary>
    public ImmutableArray<string> Notes => [.. notes.Values];

    /// <summary>The words at each location that has a mark in a state.</summary>
    public Dictionary<Location, ImmutableArray<string>> In(State state)
    {
        var found = new Dictionary<Location, ImmutableArray<string>>();
        for (var i = 0; i < interpreter.Model.Marks.Length; i++)
        {
            var mark = interpreter.Model.Marks[i];
            foreach (var arguments in Interpreter.ArgumentsOf(mark.Over))
            {
                if (ValueOf(i, mark.When, arguments, state)?.IsTrue == true && Locate(i, arguments, state) is { } location)
                {
                    var words = found.GetValueOrDefault(location, []);
                    found[location] = words.Contains(mark.Text) ? words : words.Add(mark.Text);
                }
            }
        }

        return found;
    }

    // Leaves the mark out where it is undefined, and notes this once.
    private Value? ValueOf(int index, Expr expr, ImmutableArray<Value> arguments, State state)
    {
        var mark = interpreter.Model.Marks[index];
        var value = interpreter.ValueToShow(state, expr, mark.Over, arguments, mark.Where, out var whyNot);
        if (whyNot is not null)
        {
            Note(mark, index, whyNot.Message);
        }

        return value;
    }

    private void Note(Mark mark, int index, string why) =>
        notes.TryAdd(index, $"the mark '{mark.Text}' ({mark.Where}) is left out where it is undefined: {why}");

    private Location? Locate(int index, ImmutableArray<Value> arguments, State state)
    {
        var mark = interpreter.Model.Marks[index];
        return Location.At(mark.Target, key => ValueOf(index, key, arguments, state),
            (key, map) => Note(mark, index, $"{key} is not a key of '{map}'"));
    }
}
