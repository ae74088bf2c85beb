using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Ownership;
using Verify.Models.Shootdowns;

namespace Verify.Proofs.Shootdowns;

/// <summary>The time at which a changed PTE is relied on.</summary>
public enum DeferralTime
{
    /// <summary>Before other CPUs have flushed.</summary>
    AtOnce,

    /// <summary>Before other CPUs have flushed, but when none of them can use the address.</summary>
    WhileIdle,

    /// <summary>When all CPUs have flushed.</summary>
    AfterAll,
}

/// <summary>One combination of what is relied on, when other CPUs flush, and when the change is relied on.</summary>
/// <param name="Relied">The profile that says what is relied on.</param>
/// <param name="Flush">When other CPUs flush; null for an interrupt at once.</param>
/// <param name="Time">When the change is relied on.</param>
/// <param name="Steps">The length of the shortest violation; 0 if there is none.</param>
/// <param name="IsBounded">True if the wait ends; null if nothing waits.</param>
public sealed record DeferralCell(Profile Relied, Switch? Flush, DeferralTime Time, int Steps, bool? IsBounded)
{
    /// <summary>The identifier of its claims, without the property.</summary>
    public string Id => $"DF-{Relied.Name}-{Flush?.Name ?? "ipi"}".ToUpperInvariant() + Time switch
    {
        DeferralTime.AtOnce => "-ONCE",
        DeferralTime.WhileIdle => "-IDLE",
        _ => "-WAIT",
    };

    /// <summary>The identifier of the claim about its safety.</summary>
    public string SafetyId => $"{Id}:I-RELY";

    /// <summary>The identifier of the claim that the wait ends.</summary>
    public string ProgressId => $"{Id}:L-RELY";

    /// <summary>The change that is relied on, in words.</summary>
    public string ReliedWords => Relied.Name switch
    {
        "free" => "the frame is freed",
        "reuse" => "an address of an mm gets another frame",
        "reuse-kernel" => "a vmalloc address gets another frame",
        "hand-out" => "user space gets a frame of the direct map",
        _ => "a frame of the direct map is read-only",
    };

    /// <summary>The time at which other CPUs flush, in words.</summary>
    public string FlushWords => Flush?.Name switch
    {
        null => "at an interrupt",
        "at-switch" => "at their next context switch",
        "at-entry" => "at their next kernel entry",
        "at-load" => "when they next load the mm",
        _ => "never",
    };

    /// <summary>The claims about it.</summary>
    public IEnumerable<Claim> Claims
    {
        get
        {
            var choices = Choices.Default.On(Relied);
            if (Flush is not null)
            {
                choices = choices.With(Flush);
            }

            if (Time != DeferralTime.AfterAll)
            {
                choices = choices.With(DeferredFlush.AtOnce);
            }

            if (Time == DeferralTime.WhileIdle)
            {
                choices = choices.Assume(DeferredFlush.Idle);
            }

            if (Time == DeferralTime.AfterAll && !IsDirect)
            {
                choices = choices.Size("va", 2);
            }

            var instance = new InstanceClaims(Id, new DeferredFlush(), choices, Mails.Lutomirski);
            var safe = Time == DeferralTime.WhileIdle ? InstanceClaims.ProvedIf : InstanceClaims.Proved;
            yield return instance.Claim("I-RELY", Steps == 0 ? safe : InstanceClaims.Refuted(Steps), Sentence, Why);
            if (IsBounded is { } isBounded)
            {
                yield return instance.Claim("L-RELY", isBounded ? InstanceClaims.Proved : InstanceClaims.Starves,
                    $"If other CPUs flush {FlushWords}, a change that waits for all of them can be relied on sooner or later.", WhyBounded);
            }
        }
    }

    /// <summary>The reason for its verdict.</summary>
    public string Why => Time switch
    {
        DeferralTime.AfterAll => "What a CPU had cached is gone, and what it caches afterwards is the new PTE.",
        DeferralTime.AtOnce => Flush?.Name switch
        {
            null => "The interrupt is under way, and the other CPU has not answered.",
            "at-switch" => "A CPU that does not switch keeps its entry.",
            "at-entry" => IsOfMm
                ? "User code uses the address without entering the kernel."
                : "A CPU that is in the kernel does not enter it.",
            "at-load" => "A CPU that has the mm loaded does not load it.",
            _ => "The entry stays.",
        },
        _ => Flush?.Name switch
        {
            null => "The other CPU can use the address again before it answers.",
            "at-switch" => IsOfMm ? "To load the mm is to switch." : "A CPU comes back into the kernel without a switch.",
            "at-entry" => IsOfMm
                ? "A CPU in the kernel loads the mm without entering the kernel."
                : "To use the address is to enter the kernel.",
            "at-load" => "What is cached of an mm that is not loaded is of no use, and to load it is to flush.",
            _ => "The entry is there when the CPU can use the address again.",
        },
    };

    private bool IsOfMm => Relied == DeferredFlush.Free || Relied == DeferredFlush.Reuse;

    private bool IsDirect => Relied == DeferredFlush.HandOut || Relied == DeferredFlush.ReadOnly;

    private string WhyBounded => Flush?.Name switch
    {
        null => "A CPU answers an interrupt.",
        "at-switch" => "Nothing makes a CPU switch.",
        "at-entry" => "Nothing makes a CPU enter the kernel.",
        _ => "Nothing makes a CPU load the mm.",
    };

    private string Sentence => (Flush == DeferredFlush.Never ? "Other CPUs need never flush" : $"Other CPUs may flush {FlushWords}")
        + $", if {ReliedWords} " + Time switch
        {
            DeferralTime.AtOnce => "at once.",
            DeferralTime.WhileIdle => "when no other CPU can use the address.",
            _ => "after all have flushed.",
        };
}
