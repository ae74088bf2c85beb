using System.Runtime.CompilerServices;
using Verify.Modelling;

namespace Verify.Tests;

/// <summary>Says which error codes a test provokes; <c>TidyTests</c> asks that every code is provoked somewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProvokesAttribute(params string[] codes) : Attribute
{
    public IReadOnlyList<string> Codes { get; } = codes;
}

/// <summary>Bad models, and the line that a diagnostic must name: the one of the call.</summary>
internal static class Provoke
{
    /// <summary>A model that is fine but for what the lambda, on the line of this call, says.</summary>
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

    /// <summary>An action, on the line of this call.</summary>
    public static Diagnostic Here(ErrorCode code, Action action,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var diagnostic = Anywhere(code, action);
        Assert.Equal(SourceLocation.From(file, line), diagnostic.Where);
        return diagnostic;
    }

    /// <summary>An action whose mistake has no line.</summary>
    public static Diagnostic Anywhere(ErrorCode code, Action action)
    {
        var diagnostic = Assert.Throws<UserErrorException>(action).Diagnostic;
        Assert.Equal(code.Id, diagnostic.Code.Id);
        Assert.NotEqual("", diagnostic.Hint);
        Assert.DoesNotContain('\n', diagnostic.ToString());
        return diagnostic;
    }
}
