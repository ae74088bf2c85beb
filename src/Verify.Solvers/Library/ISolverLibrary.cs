namespace Verify.Solvers.Library;

/// <summary>A solver that is loaded into this process.</summary>
internal interface ISolverLibrary
{
    /// <summary>Its version.</summary>
    /// <exception cref="SolverException">It cannot be loaded.</exception>
    string Version { get; }

    /// <summary>Begins anew. Used, and disposed of, by one thread.</summary>
    /// <exception cref="SolverException">It cannot be loaded.</exception>
    ISolverContext Open();
}

/// <summary>What a library was told, and what follows from it.</summary>
internal interface ISolverContext : IDisposable
{
    /// <summary>Bytes that the library holds, for all contexts of this process; may be asked by any thread.</summary>
    long Bytes { get; }

    /// <summary>Carries out commands.</summary>
    /// <returns>What it prints.</returns>
    /// <exception cref="SolverException">It does not accept them.</exception>
    string Evaluate(string commands);

    /// <summary>Asks it to end what it is at; may be called by any thread, and may be overheard.</summary>
    void Interrupt();
}
