namespace Verify.Solvers.Library;

/// <summary>A solver that is loaded into this process.</summary>
internal interface ISolverLibrary
{
    /// <summary>The version of the library.</summary>
    /// <exception cref="SolverException">The library cannot be loaded.</exception>
    string Version { get; }

    /// <summary>Creates a context, which one thread uses and disposes of.</summary>
    /// <exception cref="SolverException">The library cannot be loaded.</exception>
    ISolverContext Open();
}

/// <summary>A context of a solver library: its commands and its state.</summary>
internal interface ISolverContext : IDisposable
{
    /// <summary>The bytes of memory that the library uses for all contexts of this process. Thread-safe.</summary>
    long Bytes { get; }

    /// <summary>Executes commands.</summary>
    /// <returns>The output.</returns>
    /// <exception cref="SolverException">The library rejects the commands.</exception>
    string Evaluate(string commands);

    /// <summary>Asks the context to stop its current command. Thread-safe; it may have no effect.</summary>
    void Interrupt();
}
