using Microsoft.Z3;

namespace Verify.Solving;

// Compiled only where the package is built in: see the project file.
public sealed partial class MicrosoftZ3
{
    static partial void Provide(Action onInterrupt, ref ISolverLibrary library) => library = new Library(onInterrupt);

    private sealed class Library(Action onInterrupt) : ISolverLibrary
    {
        public string Version => Loaded(() =>
        {
            uint major = 0, minor = 0, build = 0, revision = 0;
            Native.Z3_get_version(ref major, ref minor, ref build, ref revision);
            return $"{major}.{minor}.{build}";
        });

        public ISolverContext Open() => Loaded(() => new Context(onInterrupt));

        private static T Loaded<T>(Func<T> first)
        {
            try
            {
                return first();
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
                or TypeInitializationException)
            {
                throw new SolverException(SolverTrouble.Missing,
                    $"the package Microsoft.Z3 is there, and libz3 cannot be loaded: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    private sealed class Context : ISolverContext
    {
        // The library's own way with errors is to end the process.
        private static readonly Native.Z3_error_handler OnError = (_, _) => { };

        private readonly Action onInterrupt;
        private readonly IntPtr context;

        public Context(Action onInterrupt)
        {
            this.onInterrupt = onInterrupt;
            var settings = Native.Z3_mk_config();
            context = Native.Z3_mk_context_rc(settings);
            Native.Z3_del_config(settings);
            Native.Z3_set_error_handler(context, OnError);
        }

        public long Bytes => (long)Native.Z3_get_estimated_alloc_size();

        public string Evaluate(string commands)
        {
            var answer = Answer(Translated(commands));
            if (answer.Trim() == "unknown" && Answer("(get-info :reason-unknown)").Contains("keyboard", StringComparison.Ordinal))
            {
                onInterrupt();
                throw new SolverException(SolverTrouble.Stopped, "interrupted");
            }

            return answer;
        }

        public void Interrupt() => Native.Z3_interrupt(context);

        public void Dispose() => Native.Z3_del_context(context);

        // In a context, these are refused as too late; what comes of them is the same by these names.
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
                throw new SolverException(SolverTrouble.Refused, $"the library complains: {Questions.Shown(SExpr.Word(e.Message))}");
            }
        }
    }
}
