namespace Verify.Proofs;

/// <summary>Reasons that several families have.</summary>
internal static class CommonReasons
{
    public const string OneAddress = "There is one address, so a flush of all addresses is a flush of this one.";
    public const string Writeback = "No claim of the family is about writeback: nothing reads the dirty bit of the PTE.";
    public const string OtherFill = "Stores fill the TLB as walks do, and a walk follows whenever it likes.";
    public const string FlushUnasked = "A CPU then drops entries that nobody asks it to drop, as by an eviction: it can do less with them.";
    public const string WalkAgain = "A walk then replaces what is cached by the PTE of now, as an eviction and a walk would.";
}
