using System.Runtime.CompilerServices;

namespace Verify;

/// <summary>Code of a model, a list of claims or an invariant. It may throw anything and may call itself without end.</summary>
/// <param name="code">The kind of mistake if it throws.</param>
/// <param name="subject">The name of the code, as the subject of a sentence.</param>
/// <param name="where">The location of the code where the line of the mistake is not known.</param>
public sealed class AuthoredCode(ErrorCode code, string subject, Func<SourceLocation?> where)
{
    [ThreadStatic]
    private static AuthoredCode? current;

    private volatile bool isStackFull;

    /// <summary>Runs such code. The tool runs it on a thread whose stack it watches.</summary>
    public static Action<AuthoredCode, Action> Host { get; set; } = static (_, run) => run();

    /// <summary>The mistake if the code calls itself without end.</summary>
    public Diagnostic Runaway => new(ErrorCodes.TooLarge, $"{subject} calls itself without end", where(),
        "end the recursion, or write a loop");

    /// <summary>Makes the next call of this project throw, so that the mistake is reported at its line.</summary>
    public void StackIsFull() => isStackFull = true;

    /// <summary>Runs the code.</summary>
    /// <exception cref="UserErrorException">The code throws it, or any other exception, which is reported at its line.</exception>
    public T Run<T>(Func<T> run)
    {
        if (current is not null)
        {
            return run();
        }

        var result = default(T)!;
        Host(this, () =>
        {
            current = this;
            try
            {
                result = run();
            }
#pragma warning disable CA1031 // Whatever the code throws is its author's mistake.
            catch (Exception e) when (e is not UserErrorException)
#pragma warning restore CA1031
            {
                var thrown = e is TypeInitializationException { InnerException: { } inner } ? inner : e;
                throw thrown as UserErrorException ?? new UserErrorException(Mistake(thrown), thrown);
            }
            finally
            {
                current = null;
            }
        });
        return result;
    }

    private Diagnostic Mistake(Exception thrown)
    {
        var mistake = thrown is InsufficientExecutionStackException
            ? Runaway
            : new Diagnostic(code, $"{subject} throws {thrown.GetType().Name}: {thrown.Message}", null, code.Hint);
        return mistake with { Where = SourceLocation.Of(thrown) ?? where() };
    }

    /// <summary>Throws if the stack is full.</summary>
    internal static void CheckStack()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (current is { isStackFull: true })
        {
            throw new InsufficientExecutionStackException();
        }
    }
}
