using System.Collections.Immutable;
using Verify.Formats;
using Verify.Formats.Btor2;
using Verify.Formats.Murphi;
using Verify.Formats.Promela;
using Verify.Formats.Smt;
using Verify.Formats.Tla;

namespace Verify.Cli.Hosting;

/// <summary>The list of model writers.</summary>
internal static class ModelWriters
{
    /// <summary>All writers, sorted by name.</summary>
    public static ImmutableArray<IModelWriter> All { get; } =
        [new Btor2Writer(), new MurphiWriter(), new PromelaWriter(), new SmtHornWriter(), new TlaWriter()];
}
