namespace Verify.Harness;

/// <summary>
/// Concurrent C# under test: what its processors do, written as one would write it for them, with what it does said in the
/// words of a model.
/// </summary>
/// <remarks>
/// What is shared goes through the parts of <c>Verify.Harness.Hardware</c>, or through code of its own that calls
/// <see cref="TestRun.Yield"/> before each access: between two such calls nobody else moves. Nothing may depend on
/// clocks, random numbers or threads other than those that are started here: a call from such a thread is a deviation, and so
/// is code that comes to no scheduling point for half a minute.
/// </remarks>
public abstract class SystemUnderTest
{
    /// <summary>The name, for reports.</summary>
    public abstract string Name { get; }

    /// <summary>Sets up everything anew for one run, and says what runs on it.</summary>
    public abstract void Setup(TestRun run);
}
