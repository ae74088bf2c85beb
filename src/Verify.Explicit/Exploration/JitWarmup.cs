using System.Reflection;
using System.Runtime.CompilerServices;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>
/// Compiles the hot methods of a search on a second thread while the first one compiles the model. They are optimised
/// for the processor at hand and so cannot be compiled ahead of time.
/// </summary>
internal static class JitWarmup
{
    private static int isBegun;

    /// <summary>Starts the compilation, once per process.</summary>
    public static void CompileAside()
    {
        if (Interlocked.Exchange(ref isBegun, 1) == 0)
        {
            new Thread(Compile) { IsBackground = true, Name = "verify compiles" }.Start();
        }
    }

    private static void Compile()
    {
        const BindingFlags Declared = BindingFlags.DeclaredOnly
            | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var type in new[] { typeof(Worker), typeof(SeenSet), typeof(StateTally) })
        {
            foreach (var method in type.GetMethods(Declared))
            {
                if (method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization))
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }
    }
}
