using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The uses of a frame.</summary>
public enum Owner
{
    /// <summary>On the free list; the allocator may hand it out.</summary>
    Free,

    /// <summary>The buffer of an application.</summary>
    AppBuf,

    /// <summary>A page of some file.</summary>
    PageCache,

    /// <summary>Kernel data.</summary>
    Kmalloc,

    /// <summary>A page table.</summary>
    PageTable,
}

/// <summary>A part that keeps translations to frames that may have been freed: a PTE, a TLB, a device.</summary>
/// <remarks>
/// <para>
/// Whether a translation is stale is a question of generations: every free of a frame starts a new generation, and a
/// translation is stale if it was made in an earlier one. Counters would bound the number of frees. Instead, every
/// translation carries a ghost bit, and the step that starts a generation sets it in every holder that names the frame.
/// A copy of a translation copies the bit. This is equivalent to comparing generations, for any number of frees; the
/// family <c>generations</c> keeps both and proves that they agree.
/// </para>
/// </remarks>
public interface IHolder
{
    /// <summary>Extends a step: every translation to a frame becomes stale.</summary>
    void Outdate(StepBuilder s, Expr frame);
}

/// <summary>The page allocator: the owner of each frame, and the reuse of free frames for any purpose.</summary>
public sealed class FrameAllocator
{
    private readonly List<IHolder> holders = [];
    private readonly Sort frame;

    /// <summary>Declares the owners.</summary>
    /// <param name="m">The model.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="initially">The owner of every frame at the start.</param>
    /// <param name="generations">The maximum number of generations of a frame to count; 0 for no count.</param>
    public FrameAllocator(ModelBuilder m, Sort frame, Owner initially, int generations = 0)
    {
        this.frame = frame;
        Owner = m.Map("owner", frame, Sort.Enum<Owner>(), initially);
        Generation = generations == 0 ? null : m.Map("generation", frame, Sort.Range(0, generations));
    }

    /// <summary>The owner of each frame.</summary>
    public Expr Owner { get; }

    /// <summary>The number of times each frame was freed; null if it is not counted.</summary>
    public Expr? Generation { get; }

    /// <summary>
    /// Registers a holder, so that every free marks its translations as stale; call it before declaring any step that
    /// frees.
    /// </summary>
    public void Register(IHolder holder) => holders.Add(holder);

    /// <summary>Extends a step: a frame becomes free, and translations to it become stale.</summary>
    public StepBuilder Free(StepBuilder s, Expr f)
    {
        s.Set(Owner[f], Hardware.Owner.Free);
        if (Generation is not null)
        {
            s.When(Generation[f] < ((Sort.Interval)Generation[f].Sort).High).Set(Generation[f], Generation[f] + 1);
        }

        foreach (var holder in holders)
        {
            holder.Outdate(s, f);
        }

        return s;
    }

    /// <summary>Adds the steps of other users: taking a free frame and giving it back.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasOwnTables">True if the model frees its page tables itself.</param>
    /// <param name="intoBuffers">True if a free frame can become a buffer by these rules, not only in a step of the
    /// model.</param>
    /// <param name="asAnything">True if the use of the frame matters; else kernel data stands for all uses.</param>
    public void AddReuse(ModelBuilder m, bool hasOwnTables, bool intoBuffers = true, bool asAnything = true)
    {
        var source = Source.Kernel("__alloc_pages_noprof", "mm/page_alloc.c", "v6.19");
        if (asAnything)
        {
            m.Rule("alloc_pages", frame, Sort.Enum<Owner>(), (s, f, o) => s
                .When(Owner[f] == Hardware.Owner.Free & o != Hardware.Owner.Free)
                .When(hasOwnTables ? o != Hardware.Owner.PageTable : true)
                .When(intoBuffers ? true : o != Hardware.Owner.AppBuf)
                .Set(Owner[f], o)
                .By("allocator"))
                .From(source);
        }
        else
        {
            m.Rule("alloc_pages", frame, (s, f) => s
                .When(Owner[f] == Hardware.Owner.Free).Set(Owner[f], Hardware.Owner.Kmalloc).By("allocator"))
                .From(source);
        }

        m.Rule("__free_pages", frame, (s, f) => Free(s, f)
            .When(Owner[f] != Hardware.Owner.Free & Owner[f] != Hardware.Owner.AppBuf)
            .When(hasOwnTables ? Owner[f] != Hardware.Owner.PageTable : true)
            .By("allocator"))
            .From(Source.Kernel("__free_pages", "mm/page_alloc.c", "v6.19"));

        m.Reachable("a freed frame becomes kernel data", Exists(frame, f => Owner[f] == Hardware.Owner.Kmalloc));
    }
}
