namespace Verify.Harness.Hardware;

/// <summary>The uses of a frame.</summary>
public enum FrameUse
{
    /// <summary>On the free list.</summary>
    Free,

    /// <summary>A page of the user.</summary>
    User,

    /// <summary>A page of the kernel.</summary>
    Kernel,
}

/// <summary>Physical frames with a free list.</summary>
/// <param name="run">The run that they belong to.</param>
/// <param name="count">The number of frames.</param>
public sealed class Frames(TestRun run, int count)
{
    private readonly FrameUse[] uses = new FrameUse[count];
    private readonly List<int> free = [.. Enumerable.Range(0, count)];

    /// <summary>The current use of each frame, for observers; not a scheduling point.</summary>
    public IReadOnlyList<FrameUse> Uses => uses;

    /// <summary>True if the free list is not empty; not a scheduling point.</summary>
    public bool HaveFree => free.Count > 0;

    /// <summary>Takes any frame off the free list; null if the list is empty.</summary>
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

    /// <summary>Records the use of an allocated frame; not a scheduling point.</summary>
    public void Use(int frame, FrameUse use) => uses[frame] = use;

    /// <summary>Returns a frame to the free list.</summary>
    public void Release(int frame)
    {
        run.Yield();
        uses[frame] = FrameUse.Free;
        free.Add(frame);
    }
}
