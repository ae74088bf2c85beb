using System.Globalization;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws.Soaking;

/// <summary>Reports a failure of a law: the smallest model that shows it, as C# and as text, with traces.</summary>
internal static class FailureReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Shrinks the model and writes the files.</summary>
    /// <returns>A few lines with the failure and the paths.</returns>
    public static string Leave(Disagreement failure, SoakRequest request, string folder)
    {
        var name = $"{failure.Law.Name.Split('.')[0]}_{failure.Source.Name}_{failure.Seed.ToString(CultureInfo.InvariantCulture)}";
        var small = new Minimizer(failure.Law, failure.Error, Patience).Smallest(failure.Model);
        var error = Soak.Failure(failure.Law, new Sample(() => small), new Tally()) ?? failure.Error;
        Directory.CreateDirectory(folder);
        var head = $"""
            law:    {failure.Law.Name}
            source: {failure.Source.Name}, seed {failure.Seed} (of a soak with seed {request.Seed})
            """;
        File.WriteAllText(Path.Combine(folder, $"{name}.cs"), ModelCode.Of(small, name, head));
        File.WriteAllText(Path.Combine(folder, $"{name}.txt"), $"""
            {head}

            {error}

            The smallest model that was found:

            {ModelPrinter.Of(small)}
            What the interpreter says of it:

            {Told(small)}
            The model as it was drawn:

            {ModelPrinter.Of(failure.Model)}
            """);
        return $"{head}\n{error.Message}\nleft in {Path.Combine(folder, name)}.cs and .txt\n";
    }

    // An exception here must not prevent the report.
    private static string Told(Model model)
    {
        var toy = new Toy(model, Law.Cap);
        var lines = new List<string> { $"{toy.Nodes.Count} states, {toy.Transitions} transitions{(toy.IsCut ? ", and more" : "")}" };
        lines.AddRange(toy.Errors.Take(3).Select(error => $"level {error.Level}: {error.Diagnostic}"));
        foreach (var property in model.Properties.Where(property => property is not Property.LeadsTo))
        {
            try
            {
                lines.Add(toy.Decisive(property) is { } node
                    ? $"'{property.Name}' is decided after {node.Level} steps:\n{Replay.Encode(toy.Interpreter, node.Trace)}\n"
                        + Steps(toy.Interpreter, node.Trace)
                    : $"'{property.Name}' is decided nowhere");
            }
            catch (UserErrorException e)
            {
                lines.Add($"'{property.Name}' is undefined: {e.Diagnostic}");
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Steps(Interpreter interpreter, Trace trace)
    {
        string Text(State state) => string.Join(", ",
            interpreter.Model.Variables.Zip(state.Values).Select(pair => $"{pair.First}={pair.Second}"));
        var lines = trace.Steps.Select((step, i) =>
            $"    {interpreter.Model.Rules[step.Rule].Name}({string.Join(", ", step.Arguments)})\n  {Text(trace.States[i + 1])}");
        return string.Join('\n', lines.Prepend($"  {Text(trace.States[0])}"));
    }
}
