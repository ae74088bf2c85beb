using Verify.Claims;
using Verify.Engines;
using Verify.Harness;
using Verify.Modelling;

namespace Verify.Coyote;

/// <summary>What stands in where the package was not to be had: the reason, and nothing that decides.</summary>
internal static class Exploration
{
    /// <summary>Why there is none.</summary>
    public static string? Missing =>
        "not built in: the package feed has no Microsoft.Coyote; configure one that has it, and remove artifacts/launcher";

    /// <summary>The version of the package: there is none.</summary>
    public static string Version => "";

    /// <summary>Says that there is none.</summary>
    public static Verdict Decide(Model model, Property property, Run run, string strategy, long most) =>
        new Verdict.Unknown(Missing!, Evidence.Nothing);

    /// <summary>Says that there is none.</summary>
    public static Finding Explore(Experiment experiment, Run run, string strategy, long most) =>
        new(new Verdict.Unknown(Missing!, Evidence.Nothing));
}
