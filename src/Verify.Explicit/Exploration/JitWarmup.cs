using System.Reflection;
using System.Runtime.CompilerServices;
using Verify.Explicit.Storage;

namespace Verify.Explicit.Exploration;

/// <summary>
/// The methods that a search spends its time in. They are compiled for the processor at hand, and so cannot be compiled
/// before: where there is a second thread to search with, it does that while the first compiles the model.
/// </summary>
internal static class JitWarmup
{
    private static int isBegun;

    /// <summary>Begins, unless somebody has.</summary>
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
