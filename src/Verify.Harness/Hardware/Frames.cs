namespace Verify.Harness.Hardware;

/// <summary>What a frame is used for.</summary>
public enum FrameUse
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>A page of the user.</summary>
    User,

    /// <summary>Something of the kernel's own.</summary>
    Kernel,
}

/// <summary>Physical frames, and the list of those that are free.</summary>
/// <param name="run">The run they belong to.</param>
/// <param name="count">How many there are.</param>
public sealed class Frames(TestRun run, int count)
{
    private readonly FrameUse[] uses = new FrameUse[count];
    private readonly List<int> free = [.. Enumerable.Range(0, count)];

    /// <summary>What each is used for: an observer's notes, no scheduling point.</summary>
    public IReadOnlyList<FrameUse> Uses => uses;

    /// <summary>Whether there is one on the list: not a scheduling point.</summary>
    public bool HaveFree => free.Count > 0;

    /// <summary>Takes one off the list, any of them; null when there is none.</summary>
    public int? Allocate()
    {
        run.Yield();
        if (free.Count == 0)
        {
            return null;
        }

        var place = run.Choose(free.Count);
        var frame = free[place];
        free.RemoveAt(place);
        return frame;
    }

    /// <summary>Notes what a frame that was taken is for from now on: not a scheduling point.</summary>
    public void Use(int frame, FrameUse use) => uses[frame] = use;

    /// <summary>Puts one back.</summary>
    public void Release(int frame)
    {
        run.Yield();
        uses[frame] = FrameUse.Free;
        free.Add(frame);
    }
}
