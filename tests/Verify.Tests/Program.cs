using Verify.Tests.Laws.Soaking;
using Verify.Tests.Mutants;
using Verify.Tests.Seeded;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Verify.Tests;

/// <summary>
/// Runs the tests. <c>--fast</c> runs those that find most mistakes in a few seconds, <c>--soak</c> runs only the laws
/// for a given time, <c>--seeded-bugs</c> runs the laws against deliberate mistakes, and <c>--mutants</c> runs the
/// claims against models without a part of a guard.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) => SoakCommand.IsAsked(arguments)
        ? SoakCommand.Run(arguments, Console.Out, Console.Error)
        : SeededCommand.IsAsked(arguments) ? SeededCommand.Run(arguments, Console.Out, Console.Error)
        : MutantCommand.IsAsked(arguments) ? MutantCommand.Run(arguments, Console.Out, Console.Error)
        : arguments is [FastCommand.Option] ? FastCommand.Run(Console.Out, filters => Run(filters).GetAwaiter().GetResult())
        : arguments is [UntilFailure.Command, ..] ? UntilFailure.Run(arguments, Console.Out)
        : Run(arguments).GetAwaiter().GetResult();

    // Does the same as the generated entry point, and prints a summary at the end.
    private static async Task<int> Run(string[] arguments)
    {
        if (arguments.Contains("-automated") || arguments.Contains("@@"))
        {
            return await ConsoleRunner.Run(arguments);
        }

        var closing = new ClosingLine();
        var code = await TestPlatformTestFramework.RunAsync(
            ClosingLine.Arguments(arguments, Console.IsOutputRedirected), (builder, all) =>
            {
                builder.AddSelfRegisteredExtensions(all);
                builder.TestHost.AddDataConsumer(_ => closing);
            });
        return ClosingLine.RunsTests(arguments) ? closing.Write(code, Console.Out) : code;
    }
}
