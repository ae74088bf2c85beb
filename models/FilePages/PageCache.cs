using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// The page cache of some files, one offset each: slots, folio locks, and the contents that readers and writers see.
/// </summary>
/// <remarks>
/// <para>
/// All files start with the same content. A write to a file gives it a content of its own, so a page shows the file that
/// was written to last through it. A ghost notes for each file that it was written to.
/// </para>
/// <para>A frame has no free list: it is free when nothing refers to it (<see cref="AddReference"/>).</para>
/// </remarks>
internal sealed class PageCache
{
    private readonly List<Func<Expr, Expr, Expr>> readers = [];
    private readonly List<Func<Expr, Expr>> references = [];
    private readonly List<Func<Expr, Expr>> borrowed = [];
    private readonly Expr wasWritten;

    /// <summary>Declares the state: nothing is cached.</summary>
    /// <param name="m">The model.</param>
    /// <param name="file">The files.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="hasPages">True if slots hold pages; else DAX entries, through which nothing is read and which refer to nothing.</param>
    public PageCache(ModelBuilder m, Sort file, Sort frame, bool hasPages = true)
    {
        (File, Frame) = (file, frame);
        Slot = m.Map("slot", file, Sort.Option(frame));
        Content = m.Map("content", frame, Sort.Option(file));
        Locked = m.Map("folio_locked", frame, Sort.Bool);
        wasWritten = m.Ghost("was_written", Sort.Map(file, Sort.Bool));
        if (hasPages)
        {
            AddReader((a, f) => Slot[a] == f);
            AddReference(f => Exists(file, a => Slot[a] == f));
        }
    }

    public Sort File { get; }

    public Sort Frame { get; }

    /// <summary>The page of each file (i_pages).</summary>
    public Expr Slot { get; }

    /// <summary>The content of each frame: none for the common one, else the file whose write it shows.</summary>
    public Expr Content { get; }

    /// <summary>True if the folio of a frame is locked.</summary>
    public Expr Locked { get; }

    /// <summary>Ghost: a file was written to.</summary>
    public Expr WasWritten(Expr a) => wasWritten[a];

    /// <summary>Registers a way to read a file: true if a reader of the file sees the frame.</summary>
    public void AddReader(Func<Expr, Expr, Expr> reads) => readers.Add(reads);

    /// <summary>Registers references: true if something holds one to the frame.</summary>
    public void AddReference(Func<Expr, Expr> refers) => references.Add(refers);

    /// <summary>Registers references that code holds while it works on a frame.</summary>
    public void AddBorrowed(Func<Expr, Expr> refers)
    {
        AddReference(refers);
        borrowed.Add(refers);
    }

    /// <summary>True if code that works on a frame holds a reference to it.</summary>
    public Expr IsBorrowed(Expr f) => borrowed.Aggregate((Expr)false, (any, refers) => any | refers(f));

    /// <summary>True if nothing refers to a frame.</summary>
    public Expr IsFree(Expr f) => references.Aggregate((Expr)!Locked[f], (free, refers) => free & !refers(f));

    /// <summary>Extends a step: a write to a file ends in a frame.</summary>
    public StepBuilder Write(StepBuilder s, Expr f, Expr a) => s.Set(Content[f], Some(a)).Set(wasWritten[a], true);

    /// <summary>Extends a step: something other than a write to a file leaves a content in a frame.</summary>
    public StepBuilder Spoil(StepBuilder s, Expr f, Expr a) => s.Set(Content[f], Some(a));

    /// <summary>Extends a step: a file has the common content again, whatever was written to it.</summary>
    public StepBuilder BecomeCommon(StepBuilder s, Expr a) => s.Set(wasWritten[a], false);

    /// <summary>Adds the properties; all readers are registered by then.</summary>
    public void AddInvariants(ModelBuilder m)
    {
        Expr Reads(Expr a, Expr f) => readers.Aggregate((Expr)false, (any, reads) => any | reads(a, f));
        m.Always("I-ISO", ForAll(File, Frame, (a, f) => Reads(a, f).Implies(Content[f].IsNone | Content[f] == a)),
            "a write to one file never changes what a reader of another one sees");
        m.Always("I-COH", ForAll(File, Frame, (a, f) => Reads(a, f).Implies(
                (Content[f].IsNone.Implies(!wasWritten[a])) & ((Content[f] == a).Implies(wasWritten[a])))),
            "every reader of a file, by any path, sees the latest write to it");
        m.Reachable("a file is written to", Exists(File, a => wasWritten[a]));
    }
}
