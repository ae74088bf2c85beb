namespace Verify;

/// <summary>A small seeded generator with a fixed sequence.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).</remarks>
public sealed class Prng(ulong seed)
{
    private ulong state = seed;

    /// <summary>The generator of one of many runs; it depends only on the seed and the number of the run.</summary>
    /// <remarks>Seed and number are mixed separately: run 2 of seed 1 is unrelated to run 1 of seed 2.</remarks>
    public static Prng ForRun(ulong seed, long number) => new(Fingerprint.Mix(unchecked(Fingerprint.Mix(seed) + (ulong)number)));

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        state = unchecked(state + 0x9e3779b97f4a7c15UL);
        return Fingerprint.Mix(state);
    }

    /// <summary>A number from 0 up to, but not including, <paramref name="bound"/> (at least 1).</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>True once in <paramref name="odds"/> draws on average.</summary>
    public bool OneIn(int odds) => Below(odds) == 0;
}
