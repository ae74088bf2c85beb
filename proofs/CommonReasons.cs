namespace Verify.Proofs;

/// <summary>Reasons that several families have.</summary>
internal static class CommonReasons
{
    public const string OneAddress = "There is one address, so a flush of all addresses is a flush of this one.";
    public const string MoreFlushed = "A flush that has no address drops everything, which is more.";
    public const string NextFlush = "The next flush writes its address before a CPU reads it.";
    public const string FlushUnasked = "A CPU then also drops entries unasked, as an eviction does; with fewer entries it can do less.";
    public const string FlushAnyway = "A flush that need not be is one more flush.";
    public const string FlushAgain = "The flag stays set, and the CPU flushes once more.";
    public const string NotWritable = "An entry that is not writable allows no store, dirty or not.";
    public const string OtherFill = "Stores fill the TLB as walks do, and a walk follows whenever it likes.";
    public const string WalkAgain = "A walk then replaces what is cached by the PTE of now, as an eviction and a walk would.";
    public const string Leak = "The frame leaks: it is not used again, and no claim counts free frames.";
    public const string NothingStale = "Nothing leads to the frame by then, or the claim is refuted before, by what led to it.";
    public const string LockStays = "The lock stays: others wait for good, which is fewer runs, and no claim asks that they get on.";
    public const string SplitAgain = "The block is split again, and breaks what it broke the first time.";
    public const string WalksMore = "The walk changes more PTEs than it has to, or those of one process again.";
    public const string DeviceReadsAgain = "The device may read again what it has: it then has the page of now.";
    public const string NothingToDo = "A call begins where there is nothing to do, and does what it does elsewhere.";
}
