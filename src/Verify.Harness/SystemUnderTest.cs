namespace Verify.Harness;

/// <summary>
/// Concurrent C# under test. It implements the protocol of a model and reports its steps in the terms of that model.
/// </summary>
/// <remarks>
/// Shared state lives in the parts of <c>Verify.Harness.Hardware</c>, or in code that calls <see cref="TestRun.Yield"/>
/// before each access; between two such calls no other thread runs. The code must not depend on clocks, random numbers
/// or threads that are not started here. A call from such a thread is a divergence, and so is code that reaches no
/// scheduling point for half a minute.
/// </remarks>
public abstract class SystemUnderTest
{
    /// <summary>The name for reports.</summary>
    public abstract string Name { get; }

    /// <summary>Creates a new instance of the system for one run and starts its participants.</summary>
    public abstract void Setup(TestRun run);
}
