using System.Reflection.PortableExecutable;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Launcher;

/// <summary>The code compiled ahead of time is that of the current sources, also after a change.</summary>
public sealed class ReadyToRunTests : IDisposable
{
    private readonly TestDirectory directory = new();

    [Fact]
    public void A_release_is_compiled_ahead_again_when_it_changed_and_a_debug_build_is_not()
    {
        Write("Program.cs", """System.Console.Write("one");""");
        Build("Release");
        Assert.SkipWhen(!IsCompiledAhead("Release"), "no configured feed has the compiler for code ahead of time");
        Assert.Equal("one", Output("Release"));

        Write("Program.cs", """System.Console.Write("two");""");
        Build("Release");
        Assert.Equal((true, "two"), (IsCompiledAhead("Release"), Output("Release")));

        Build("Debug");
        Assert.Equal((false, "two"), (IsCompiledAhead("Debug"), Output("Debug")));
    }

    [Theory]
    [InlineData("VERIFY_OFFLINE", "0")]
    [InlineData("VERIFY_OFFLINE", "1")]
    public void Where_no_feed_has_the_compiler_a_release_is_built_without(string setting, string value)
    {
        Write("Program.cs", """System.Console.Write("one");""");
        Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        Build("Release", (setting, value), ("NUGET_PACKAGES", Path.Combine(directory.Path, "packages")));
        Assert.Equal((false, "one"), (IsCompiledAhead("Release"), Output("Release")));
    }

    public void Dispose() => directory.Dispose();

    private void Build(string configuration, params (string Name, string Value)[] settings)
    {
        Write("program.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <Import Project="{Path.Combine(Repository.Root, "src", "Verify.Cli", "ReadyToRun.targets")}" />
            </Project>
            """);
        var (code, output) = Dotnet.Run(directory.Path, settings, "build", "-c", configuration, "-warnaserror");
        Assert.True(code == 0, output);
    }

    private string Program(string configuration) => Path.Combine(directory.Path, "bin", configuration, "net10.0", "program.dll");

    private string Output(string configuration) => Dotnet.Run(directory.Path, [], Program(configuration)).Output;

    private bool IsCompiledAhead(string configuration)
    {
        using var image = new PEReader(File.OpenRead(Program(configuration)));
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.Path, name), text);
}
