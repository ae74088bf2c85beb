using System.CommandLine;
using Verify.Cli.Hosting;

namespace Verify.Cli.Options;

/// <summary>The option that selects the solver.</summary>
internal sealed class SolverOption
{
    private readonly Option<string?> solver = new("--solver")
    {
        HelpName = "S",
        Description = "The solver; see 'verify list'.",
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(solver);

    /// <summary>Selects the solver that the command line names, if any.</summary>
    /// <exception cref="UserErrorException">VRF403: no solver has the name.</exception>
    public void Apply(ParseResult parsed, Session session)
    {
        if (parsed.GetValue(solver) is { } name && !session.Solvers.Choose(name))
        {
            var names = session.Solvers.All.Select(source => source.Name).ToList();
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the solver '{name}' does not exist",
                Suggestion.Hint(name, names) ?? $"choose from {string.Join(", ", names)}");
        }
    }
}
