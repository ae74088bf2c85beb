using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Hardware;

/// <summary>What a frame is used for.</summary>
public enum Owner
{
    /// <summary>Nothing: the allocator may hand it out.</summary>
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

/// <summary>Something that keeps a translation to a frame after the frame may have gone: a PTE, a TLB, a device.</summary>
/// <remarks>
/// <para>Whether a kept translation is stale is a question of generations: every free of a frame begins a new one, and
/// a translation is stale if it was made in an earlier one than now. Counters would bound the number of frees. Instead,
/// every kept translation carries one ghost bit, and the step that begins a generation sets it in every holder that
/// names the frame. A copy copies the bit. That is the comparison of generations exactly, for any number of frees;
/// the family <c>generations</c> keeps both and proves that they agree.</para>
/// </remarks>
public interface IHolder
{
    /// <summary>Adds to a step that every kept translation to a frame is stale from now on.</summary>
    void Outdate(StepBuilder s, Expr frame);
}

/// <summary>The page allocator: who owns a frame, and the reuse of free frames for anything.</summary>
public sealed class FrameAllocator
{
    private readonly List<IHolder> holders = [];
    private readonly Sort frame;

    /// <summary>Declares the owners.</summary>
    /// <param name="m">The model.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="initially">Who owns every frame in the beginning.</param>
    public FrameAllocator(ModelBuilder m, Sort frame, Owner initially)
    {
        this.frame = frame;
        Owner = m.Map("owner", frame, Sort.Enum<Owner>(), initially);
    }

    /// <summary>The owner of each frame.</summary>
    public Expr Owner { get; }

    /// <summary>Makes a holder known, so that every free reaches it; before any step that frees is described.</summary>
    public void Register(IHolder holder) => holders.Add(holder);

    /// <summary>Adds to a step that a frame is free from now on, and what still names it stale.</summary>
    public StepBuilder Free(StepBuilder s, Expr f)
    {
        s.Set(Owner[f], Hardware.Owner.Free);
        foreach (var holder in holders)
        {
            holder.Outdate(s, f);
        }

        return s;
    }

    /// <summary>Adds the steps of everybody else: taking a free frame, and giving it back.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasOwnTables">Whether page tables are those of the model itself, and not for others to free.</param>
    public void AddReuse(ModelBuilder m, bool hasOwnTables)
    {
        m.Rule("alloc_pages", frame, Sort.Enum<Owner>(), (s, f, o) => s
            .When(Owner[f] == Hardware.Owner.Free & o != Hardware.Owner.Free)
            .When(hasOwnTables ? o != Hardware.Owner.PageTable : true)
            .Set(Owner[f], o)
            .By("allocator"))
            .From(Anchor.Kernel("__alloc_pages", "mm/page_alloc.c"));

        m.Rule("__free_pages", frame, (s, f) => Free(s, f)
            .When(Owner[f] != Hardware.Owner.Free & Owner[f] != Hardware.Owner.AppBuf)
            .When(hasOwnTables ? Owner[f] != Hardware.Owner.PageTable : true)
            .By("allocator"))
            .From(Anchor.Kernel("__free_pages", "mm/page_alloc.c"));

        m.Reachable("a freed frame becomes kernel data", Exists(frame, f => Owner[f] == Hardware.Owner.Kmalloc));
    }
}
