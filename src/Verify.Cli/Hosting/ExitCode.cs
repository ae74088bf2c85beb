namespace Verify.Cli.Hosting;

/// <summary>What the tool returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Every result is as expected.</summary>
    public const int AsExpected = 0;

    /// <summary>Something is refuted, or other than expected.</summary>
    public const int Otherwise = 1;

    /// <summary>Something is undecided.</summary>
    public const int Undecided = 2;

    /// <summary>The user's input is wrong.</summary>
    public const int BadInput = 3;

    /// <summary>Our own fault.</summary>
    public const int OurFault = 4;

    // From the one that matters least to the one that matters most.
    private static readonly int[] Order = [AsExpected, Undecided, Otherwise, BadInput, OurFault];

    /// <summary>The one for something that is wrong.</summary>
    public static int Of(Diagnostic failure) => failure.Code == ErrorCodes.Internal ? OurFault : BadInput;

    /// <summary>The one that matters most.</summary>
    public static int Worst(IEnumerable<int> codes) => codes.DefaultIfEmpty(AsExpected).MaxBy(code => Array.IndexOf(Order, code));
}
