using Microsoft.Z3;

namespace Verify.Solvers.Library;

/// <summary>A context of libz3: it executes SMT-LIB text and returns the output.</summary>
internal sealed class Z3Context : ISolverContext
{
    // The library's default error handler ends the process.
    private static readonly Native.Z3_error_handler OnError = (_, _) => { };

    private readonly Action onInterrupt;
    private readonly IntPtr context;

    /// <param name="onInterrupt">Called when the user interrupts from the terminal while the library handles the
    /// interrupt.</param>
    public Z3Context(Action onInterrupt)
    {
        this.onInterrupt = onInterrupt;
        var settings = Native.Z3_mk_config();
        context = Native.Z3_mk_context_rc(settings);
        Native.Z3_del_config(settings);
        Native.Z3_set_error_handler(context, OnError);
    }

    /// <inheritdoc/>
    public long Bytes => (long)Native.Z3_get_estimated_alloc_size();

    /// <inheritdoc/>
    public string Evaluate(string commands)
    {
        var answer = Answer(Translated(commands));
        if (answer.Trim() == "unknown" && Answer("(get-info :reason-unknown)").Contains("keyboard", StringComparison.Ordinal))
        {
            onInterrupt();
            throw new SolverException(SolverFailure.Stopped, "interrupted");
        }

        return answer;
    }

    /// <inheritdoc/>
    public void Interrupt() => Native.Z3_interrupt(context);

    /// <inheritdoc/>
    public void Dispose() => Native.Z3_del_context(context);

    // A context rejects these options as too late; the replacements have the same effect.
    private static string Translated(string commands) => commands
        .Replace("(set-option :produce-unsat-assumptions true)", "(set-option :unsat_core true)", StringComparison.Ordinal)
        .Replace("(get-unsat-assumptions)", "(get-unsat-core)", StringComparison.Ordinal);

    private string Answer(string commands)
    {
        try
        {
            return Native.Z3_eval_smtlib2_string(context, commands) ?? "";
        }
        catch (Z3Exception e)
        {
            throw new SolverException(SolverFailure.Refused,
                $"the library reports an error: {SolverExtensions.Shown(SExpr.Word(e.Message))}");
        }
    }
}
