using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>Where the marks of a model hold.</summary>
internal sealed class Marks(Interpreter interpreter)
{
    private static readonly SourceSpot Nowhere = new("mark", 0);

    /// <summary>The words at each location that has some in a state.</summary>
    public Dictionary<Location, ImmutableArray<string>> In(State state)
    {
        var found = new Dictionary<Location, ImmutableArray<string>>();
        foreach (var mark in interpreter.Model.Marks)
        {
            foreach (var arguments in Interpreter.ArgumentsOf(mark.Over))
            {
                if (interpreter.Evaluate(state, mark.When, mark.Over, arguments, Nowhere).IsTrue)
                {
                    var location = Locate(mark, arguments, state);
                    var words = found.GetValueOrDefault(location, []);
                    found[location] = words.Contains(mark.Text) ? words : words.Add(mark.Text);
                }
            }
        }

        return found;
    }

    private Location Locate(Mark mark, ImmutableArray<Value> arguments, State state)
    {
        var keys = new Stack<Value>();
        var place = mark.Target;
        while (place is not Expr.Read)
        {
            switch (place)
            {
                case Expr.At at:
                    keys.Push(interpreter.Evaluate(state, at.Key, mark.Over, arguments, Nowhere));
                    place = at.Map;
                    break;
                // What lies inside of an entry is told with the entry.
                case Expr.Get get:
                    keys.Clear();
                    place = get.Record;
                    break;
                case Expr.ValueOf value:
                    keys.Clear();
                    place = value.Option;
                    break;
                default:
                    throw ModelException.At(null, Codes.NotALocation, $"the mark '{mark.Text}' is put on '{mark.Target}'");
            }
        }

        return new Location(((Expr.Read)place).Variable, [.. keys]);
    }
}
