using System.Globalization;
using System.Text.RegularExpressions;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats;
using Verify.Formats.Murphi;
using Verify.Formats.Promela;
using Verify.Formats.Tla;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Formats;

/// <summary>A model and our engine's results, for comparison with the results of other checkers for its text.</summary>
internal sealed partial class Conformance
{
    private static readonly ExplicitEngine Engine = new();
    private static readonly EngineOptions OneThread = new(Budget.Unlimited, Threads: 1);
    private readonly List<Property> quiet = [];
    private readonly List<Property> loud = [];

    /// <summary>Decides every property that can be compared.</summary>
    /// <param name="model">The model.</param>
    /// <param name="most">The maximum number of violations to compare; each takes a separate run.</param>
    public Conformance(Model model, int most = int.MaxValue)
    {
        Model = model;
        var anything = new Property.Always("anything", "", model.Properties[0].Where, true);
        var evidence = Engine.Decide(model, anything, OneThread).Evidence;
        (States, Transitions) = (evidence.States, evidence.Transitions);
        foreach (var property in model.Properties.Where(p => p is not Property.LeadsTo))
        {
            var verdict = Engine.Decide(model, property, OneThread);
            // The other checkers report a reachable target as an error.
            var isMet = property is Property.Reachable ? verdict is Verdict.Proved : verdict is Verdict.Refuted;
            if (!isMet && !Rests(property))
            {
                quiet.Add(property);
            }
            else if (most-- > 0)
            {
                loud.Add(property);
                Met[property.Name] = isMet;
            }
        }
    }

    public Model Model { get; }

    public long States { get; }

    public long Transitions { get; }

    /// <summary>For each property that is run alone, true if an error is to be reported.</summary>
    public Dictionary<string, bool> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Compares with Spin: one run with all properties that hold, for the counts, and one for each of the others.
    /// </summary>
    public void WithSpin()
    {
        var checks = quiet.Select(property => $"-D{SpinSwitch().Match(Text(new PromelaWriter(), property)).Groups[1].Value}");
        var text = Text(new PromelaWriter(), null);
        var found = ForeignChecker.Spin(text, ["-DALL_STATES", .. checks]);
        // Spin's first transition leads to the initial state; where the text chooses between several initial states, or
        // sets the entries of one, there is one more state before them.
        var starts = new Interpreter(Model).InitialStates().Count();
        var isChosen = text.Contains("Spin finds one more state", StringComparison.Ordinal);
        Assert.True(isChosen || starts == 1, text);
        var (states, transitions) = isChosen ? (States + 1, Transitions + starts + 1) : (States, Transitions + 1);
        Assert.True((false, states, transitions) == (found.IsViolated, found.States, found.Transitions), Difference("Spin", found, text));
        foreach (var property in loud)
        {
            text = Text(new PromelaWriter(), property);
            found = ForeignChecker.Spin(text);
            Assert.True(Met[property.Name] == found.IsViolated, $"'{property.Name}': {Difference("Spin", found, text)}");
        }
    }

    /// <summary>Compares <c>LeadsTo</c> properties under weak fairness, as far as Spin has enough processes.</summary>
    /// <param name="most">The most that are compared.</param>
    /// <returns>The number of compared properties.</returns>
    public int WithSpinUnderFairness(int most = int.MaxValue)
    {
        var compared = 0;
        foreach (var property in Model.Properties.OfType<Property.LeadsTo>().Where(p => new PromelaWriter().WhyNot(Model, p) is null).Take(most))
        {
            var verdict = Engine.Decide(Model, property, OneThread);
            var text = Text(new PromelaWriter(), property);
            var found = ForeignChecker.Spin(text);
            Assert.True(verdict is Verdict.Refuted == found.IsViolated,
                $"'{property.Name}', ours {verdict.Word}: {Difference("Spin", found, text)}");
            compared++;
        }

        return compared;
    }

    /// <summary>Compares with Rumur.</summary>
    public void WithRumur()
    {
        var text = Text(new MurphiWriter(), null);
        var position = 0;
        var properties = Model.Properties.Where(p => p is not Property.LeadsTo).ToList();
        text = RumurSwitch()
            .Replace(text, match => $"{match.Groups[1]}: {(quiet.Contains(properties[position++]) ? "true" : "false")}; -- ");
        var found = ForeignChecker.Rumur(text, quiet.Any(property => property is Property.NoDeadlock));
        Assert.True((false, States, Transitions) == (found.IsViolated, found.States, found.Transitions), Difference("Rumur", found, text));
        foreach (var property in loud)
        {
            text = Text(new MurphiWriter(), property);
            found = ForeignChecker.Rumur(text, property is Property.NoDeadlock);
            Assert.True(Met[property.Name] == found.IsViolated, $"'{property.Name}': {Difference("Rumur", found, text)}");
        }
    }

    /// <summary>Compares with the module's text evaluated here, or with TLC.</summary>
    public void WithTla()
    {
        var files = new TlaWriter().Export(Model, null);
        var module = new TlaModule(files[0].Text);
        var invariants = TlaInvariant().Matches(files[1].Text).Select(match => match.Groups[1].Value).ToList();
        var failed = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<TlaValue[]>();
        var generated = 0L;
        Visit(module.InitialStates());
        while (queue.TryDequeue(out var state))
        {
            failed.UnionWith(invariants.Where(invariant => (invariant != "TypeOK" || seen.Count < 50) && !module.Holds(invariant, state)));
            generated += Visit(module.Successors(state));
        }

        Assert.True((States, Transitions) == (seen.Count, generated),
            $"{Model.Name}: ours {States} states, {Transitions} transitions; read back {seen.Count}, {generated}\n{files[0].Text}");
        Assert.DoesNotContain("TypeOK", failed);
        var properties = Model.Properties.Where(p => p is Property.Always or Property.Reachable);
        foreach (var (property, invariant) in properties.Zip(invariants.Skip(1)))
        {
            Assert.True(failed.Contains(invariant) != quiet.Contains(property)
                || !(quiet.Contains(property) || loud.Contains(property)), $"{Model.Name}: '{property.Name}'\n{files[0].Text}");
        }

        int Visit(IEnumerable<TlaValue[]> states)
        {
            var count = 0;
            foreach (var state in states)
            {
                count++;
                if (seen.Add(string.Join(", ", state.Select(value => value.Text))))
                {
                    queue.Enqueue(state);
                }
            }

            return count;
        }
    }

    /// <summary>Compares with TLC.</summary>
    public void WithTlc(string jar)
    {
        var files = new TlaWriter().Export(Model, quiet.Count > 0 ? quiet[0] : null);
        var starts = new Interpreter(Model).InitialStates().Count();
        var found = ForeignChecker.Tlc(jar, files);
        Assert.True((false, States, Transitions + starts) == (found.IsViolated, found.States, found.Transitions),
            Difference("TLC", found, files[0].Text));
        foreach (var property in loud)
        {
            files = new TlaWriter().Export(Model, property);
            found = ForeignChecker.Tlc(jar, files);
            Assert.True(Met[property.Name] == found.IsViolated, $"'{property.Name}': {Difference("TLC", found, files[0].Text)}");
        }
    }

    // Such a specification has an additional step, so the counts differ.
    private static bool Rests(Property property) => property is Property.NoDeadlock { MayRest: not Expr.Literal { Number: 0 } };

    private string Text(IModelWriter writer, Property? property) => writer.Export(Model, property)[0].Text;

    private string Difference(string checker, Finding found, string text) => string.Create(CultureInfo.InvariantCulture,
        $"{Model.Name}: ours {States} states, {Transitions} transitions; {checker}:\n{found.Output}\n{text}");

    [GeneratedRegex("#define (CHECK_.*)\n")]
    private static partial Regex SpinSwitch();

    [GeneratedRegex("INVARIANT (.*)")]
    private static partial Regex TlaInvariant();

    [GeneratedRegex("(check_.*): (true|false); -- ")]
    private static partial Regex RumurSwitch();
}
