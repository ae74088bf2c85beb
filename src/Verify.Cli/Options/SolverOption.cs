using System.CommandLine;
using Verify.Cli.Hosting;

namespace Verify.Cli.Options;

/// <summary>The option that says which solver is asked.</summary>
internal sealed class SolverOption
{
    private readonly Option<string?> solver = new("--solver")
    {
        HelpName = "S",
        Description = "The solver that is asked; see 'verify list'.",
    };

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(solver);

    /// <summary>Chooses the solver that the command line names, if it names one.</summary>
    /// <exception cref="UserErrorException">VRF304: there is none of that name.</exception>
    public void Apply(ParseResult parsed, Session session)
    {
        if (parsed.GetValue(solver) is { } name && !session.Solvers.Choose(name))
        {
            var names = session.Solvers.All.Select(source => source.Name).ToList();
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"there is no solver '{name}'",
                Suggestion.Hint(name, names) ?? $"choose from {string.Join(", ", names)}");
        }
    }
}
