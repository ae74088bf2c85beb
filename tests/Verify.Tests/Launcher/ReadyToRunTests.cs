using System.Reflection.PortableExecutable;
using Verify.Tests.Explicit;

namespace Verify.Tests.Launcher;

/// <summary>What is compiled ahead of time is what was written, also after it was changed.</summary>
public sealed class ReadyToRunTests : IDisposable
{
    private readonly TestDirectory directory = new();

    [Fact]
    public void A_program_is_compiled_ahead_again_when_it_changed_and_only_where_asked()
    {
        Write("program.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <Import Project="{Path.Combine(Repository.Root, "src", "Verify.Cli", "ReadyToRun.targets")}" />
            </Project>
            """);
        Write("Program.cs", """System.Console.Write("one");""");
        var (code, output) = Dotnet.Run(directory.Path, "build", "-c", "Release", "-p:WithReadyToRun=true");
        Assert.SkipWhen(code != 0 && output.Contains("NU11", StringComparison.Ordinal),
            "no configured feed has the compiler for code ahead of time");
        Assert.True(code == 0, output);
        Assert.Equal((true, "one"), (IsCompiledAhead, Dotnet.Run(directory.Path, Program).Output));

        Write("Program.cs", """System.Console.Write("two");""");
        Assert.Equal(0, Dotnet.Run(directory.Path, "build", "-c", "Release", "-p:WithReadyToRun=true").Code);
        Assert.Equal((true, "two"), (IsCompiledAhead, Dotnet.Run(directory.Path, Program).Output));

        Assert.Equal(0, Dotnet.Run(directory.Path, "build", "-c", "Release").Code);
        Assert.Equal((false, "two"), (IsCompiledAhead, Dotnet.Run(directory.Path, Program).Output));
    }

    public void Dispose() => directory.Dispose();

    private string Program => Path.Combine(directory.Path, "bin", "Release", "net10.0", "program.dll");

    private bool IsCompiledAhead
    {
        get
        {
            using var image = new PEReader(File.OpenRead(Program));
            return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
        }
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.Path, name), text);
}
