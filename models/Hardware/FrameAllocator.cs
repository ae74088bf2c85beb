using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

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

/// <summary>Something that keeps a translation to a frame that may have gone: a PTE, a TLB, a device.</summary>
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
    /// <param name="generations">How many generations of a frame to count as well; 0 for none.</param>
    public FrameAllocator(ModelBuilder m, Sort frame, Owner initially, int generations = 0)
    {
        this.frame = frame;
        Owner = m.Map("owner", frame, Sort.Enum<Owner>(), initially);
        Generation = generations == 0 ? null : m.Map("generation", frame, Sort.Range(0, generations));
    }

    /// <summary>The owner of each frame.</summary>
    public Expr Owner { get; }

    /// <summary>How often each frame was freed, where that is counted.</summary>
    public Expr? Generation { get; }

    /// <summary>Makes a holder known, so that every free reaches it; before any step that frees is described.</summary>
    public void Register(IHolder holder) => holders.Add(holder);

    /// <summary>Adds to a step that a frame is free from now on, and what still names it stale.</summary>
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

    /// <summary>Adds the steps of everybody else: taking a free frame, and giving it back.</summary>
    /// <param name="m">The model.</param>
    /// <param name="hasOwnTables">Whether page tables are the model's own, and not for others to free.</param>
    /// <param name="intoBuffers">Whether a free frame can become a buffer here, and not in a step of its own.</param>
    /// <param name="asAnything">Whether it matters what it becomes; else kernel data stands for all.</param>
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
