using System.CommandLine;
using Verify.Cli.Hosting;

namespace Verify.Cli.Options;

/// <summary>The names that a shell completes: claims, groups of claims and families.</summary>
internal static class Completions
{
    /// <summary>Adds them to an argument.</summary>
    public static void Add(Argument argument, Session session) => argument.CompletionSources.Add(_ =>
        session.Catalogue.Names.Concat(session.Catalogue.Families.Select(family => family.Name))
            .Distinct(StringComparer.Ordinal).Select(name => new System.CommandLine.Completions.CompletionItem(name)));
}
