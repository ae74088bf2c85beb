using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Verify;

/// <summary>Stable digests and hashes: the same on every machine and in every run.</summary>
public static class Fingerprint
{
    /// <summary>The first twelve hexadecimal digits of the SHA-256 of a text in UTF-8.</summary>
    public static string Of(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>The whole SHA-256 of a text in UTF-16, in hexadecimal digits: collision-resistant.</summary>
    /// <remarks>UTF-8 would encode all unpaired surrogates, which a name may contain, as the same bytes.</remarks>
    public static string Whole(string text) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())));

    /// <summary>Mixes 64 bits so that every input bit affects every output bit.</summary>
    /// <remarks>The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), variant 13 of Stafford.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong word)
    {
        unchecked
        {
            word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9UL;
            word = (word ^ (word >> 27)) * 0x94d049bb133111ebUL;
            return word ^ (word >> 31);
        }
    }
}
