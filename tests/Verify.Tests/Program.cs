using Verify.Tests.Laws.Soaking;
using Verify.Tests.Mutants;
using Verify.Tests.Seeded;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Verify.Tests;

/// <summary>
/// Runs the tests; with <c>--fast</c>, those that tell most in a few seconds; with <c>--soak</c>, the laws alone, for as long as
/// asked; with <c>--seeded-bugs</c>, the laws against mistakes that are made on purpose; with <c>--mutants</c>,
/// the claims against models that have lost a part of a guard.
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

    // What the generated entry point does, and a closing line after all that others print.
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
