using Verify.Tests.Laws.Soaking;
using Xunit.MicrosoftTestingPlatform;

namespace Verify.Tests;

/// <summary>Runs the tests; with <c>--soak</c>, the laws alone, for as long as asked.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => SoakCommand.IsAsked(arguments)
        ? SoakCommand.Run(arguments, Console.Out, Console.Error)
        : TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult();
}
