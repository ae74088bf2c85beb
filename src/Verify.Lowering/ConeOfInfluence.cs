using Verify.Modelling;

namespace Verify.Lowering;

/// <summary>
/// The parts of a state that some predicates can depend on, however the model runs, and the rules that can change them.
/// </summary>
/// <remarks>
/// Clarke, Grumberg, Peled, "Model Checking", 1999, section 13.1. Every run of the model, with the parts and steps
/// outside of the cone left out, is a run of the cone, and the other way round: guards and values of what is kept read
/// nothing else. Hence equal verdicts, and a shortest run is as long as before, since none takes a step outside of it.
/// Two deviations: whatever decides whether the model is defined is in every cone, so that an error cannot get lost; and
/// the parts are groups of leaves, whole maps with the flags of their options, so that a symmetric model keeps its
/// symmetry.
/// </remarks>
public sealed class ConeOfInfluence
{
    private readonly LoweredModel whole;
    private readonly HashSet<int> groups = [];
    private readonly Dictionary<int, int> flags = [];
    private readonly bool[] isKept;

    /// <summary>The cone of some predicates.</summary>
    public ConeOfInfluence(LoweredModel model, IEnumerable<LoweredPredicate> predicates)
    {
        whole = model;
        isKept = new bool[model.Rules.Length];
        foreach (var variable in model.Shape.Variables)
        {
            NoteFlags(variable, null);
        }

        foreach (var predicate in predicates)
        {
            Keep(predicate.Holds, predicate.IsDefined);
        }

        KeepWhatMayBeUndefined();
        Close();
        Model = model with { Rules = [.. model.Rules.Where((_, i) => isKept[i]).Select(Cut)] };
    }

    /// <summary>The rules of the cone, with those of their writes that are in it.</summary>
    public LoweredModel Model { get; }

    /// <summary>The number of leaves in it.</summary>
    public int LeafCount => whole.Shape.Leaves.Count(leaf => Has(leaf.Index));

    /// <summary>Whether a leaf is in it.</summary>
    public bool Has(int leaf) => groups.Contains(whole.Shape.Leaves[leaf].Group);

    /// <summary>Whether all that a predicate reads is in it.</summary>
    public bool Covers(LoweredPredicate predicate) => Term.LeavesOf(predicate.Holds, predicate.IsDefined).All(Has);

    /// <summary>Whether all instances of a rule of the model are in it; only then its count says how often it fires.</summary>
    public bool HasRule(int rule)
    {
        for (var i = 0; i < isKept.Length; i++)
        {
            if (whole.Rules[i].Rule == rule && !isKept[i])
            {
                return false;
            }
        }

        return true;
    }

    private void Keep(params ReadOnlySpan<Term> terms)
    {
        foreach (var leaf in Term.LeavesOf(terms))
        {
            Keep(whole.Shape.Leaves[leaf]);
        }
    }

    private void Keep(Leaf leaf)
    {
        for (var group = leaf.Group; groups.Add(group) && flags.TryGetValue(group, out var flag);)
        {
            group = flag;
        }
    }

    private void NoteFlags(SortLayout storage, Leaf? flag)
    {
        switch (storage)
        {
            case SortLayout.Single single:
                Note(single.Leaf, flag);
                break;
            case SortLayout.Flagged flagged:
                Note(flagged.Flag, flag);
                NoteFlags(flagged.Content, flagged.Flag);
                break;
            case SortLayout.Group group:
                foreach (var item in group.Items)
                {
                    NoteFlags(item, flag);
                }

                break;
        }
    }

    private void Note(Leaf leaf, Leaf? flag)
    {
        if (flag is not null)
        {
            flags[leaf.Group] = flag.Group;
        }
    }

    // Such a rule stays even if it writes nothing of interest: it is what meets the error.
    private void KeepWhatMayBeUndefined()
    {
        for (var i = 0; i < isKept.Length; i++)
        {
            var rule = whole.Rules[i];
            if (!rule.IsGuardDefined.IsTrue || !rule.AreUpdatesDefined.IsTrue)
            {
                isKept[i] = true;
                Keep(rule.Guard, rule.IsGuardDefined, rule.AreUpdatesDefined);
                KeepActor(rule);
            }
        }
    }

    private void Close()
    {
        for (var before = -1; before != groups.Count;)
        {
            before = groups.Count;
            for (var i = 0; i < isKept.Length; i++)
            {
                var rule = whole.Rules[i];
                foreach (var write in rule.Writes.Where(IsIn))
                {
                    isKept[i] = true;
                    Keep(rule.Guard, write.Index, write.Value, write.When);
                    KeepActor(rule);
                }
            }
        }
    }

    private bool IsIn(LeafWrite write) => write.Leaves.Any(Has);

    // A trace is told with the processor of each step, which the state may decide.
    private void KeepActor(LoweredRule rule)
    {
        if (whole.Model.Rules[rule.Rule].Actor.Processor is { } processor)
        {
            var read = Footprint.Of(processor).Reads;
            foreach (var leaf in whole.Shape.Leaves.Where(leaf => read.Contains(leaf.Variable)))
            {
                Keep(leaf);
            }
        }
    }

    private LoweredRule Cut(LoweredRule rule) => rule with { Writes = [.. rule.Writes.Where(IsIn)] };
}
