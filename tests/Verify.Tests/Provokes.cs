using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Tests;

/// <summary>Names the error codes that a test provokes; <c>TidyTests</c> requires a test for each code.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProvokesAttribute(params string[] codes) : Attribute
{
    public IReadOnlyList<string> Codes { get; } = codes;
}

/// <summary>Provokes errors, and checks that the diagnostic names the line of the call.</summary>
internal static class Provoke
{
    /// <summary>Builds a valid model with the changes of a lambda on the line of the call.</summary>
    public static Diagnostic InModel(ErrorCode code, Action<ModelBuilder> describe,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Here(code, () =>
        {
            var m = new ModelBuilder("bad");
            m.Rule("idle", step => step.When(true));
            m.Always("true", true);
            describe(m);
            m.Build();
        }, file, line);

    /// <summary>Runs an action on the line of the call.</summary>
    public static Diagnostic Here(ErrorCode code, Action action,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var diagnostic = Anywhere(code, action);
        Assert.Equal(SourceLocation.From(file, line), diagnostic.Where);
        return diagnostic;
    }

    /// <summary>Runs an action whose error has no line.</summary>
    public static Diagnostic Anywhere(ErrorCode code, Action action)
    {
        var diagnostic = Assert.Throws<UserErrorException>(action).Diagnostic;
        Assert.Equal(code.Id, diagnostic.Code.Id);
        Assert.NotEqual("", diagnostic.Hint);
        Assert.DoesNotContain('\n', diagnostic.ToString());
        return diagnostic;
    }
}
