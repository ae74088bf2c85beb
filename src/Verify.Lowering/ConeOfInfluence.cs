using Verify.Modelling;

namespace Verify.Lowering;

/// <summary>
/// The cone of influence: the parts of a state that some predicates can depend on, and the rules that can change them.
/// </summary>
/// <remarks>
/// Clarke, Grumberg, Peled, "Model Checking", 1999, section 13.1. A run of the model without the parts and steps
/// outside of the cone is a run of the cone, and vice versa, because guards and values inside of the cone read nothing
/// else. Hence the verdicts are equal and shortest runs keep their length. Two deviations: every cone contains the
/// terms that decide whether the model is defined, so that no error is lost; and the parts are groups of leaves, that
/// is whole maps with the flags of their options, so that a symmetric model stays symmetric. An initial condition on a
/// part of the cone adds all its parts. The others are about other parts; some initial state satisfies them.
/// </remarks>
public sealed class ConeOfInfluence
{
    private readonly LoweredModel whole;
    private readonly HashSet<int> groups = [];
    private readonly Dictionary<int, int> flags = [];
    private readonly bool[] isKept;
    private readonly List<HashSet<int>> tied = [];

    /// <summary>Computes the cone of some predicates.</summary>
    public ConeOfInfluence(LoweredModel model, IEnumerable<LoweredPredicate> predicates)
    {
        whole = model;
        isKept = new bool[model.Rules.Length];
        foreach (var variable in model.Shape.Variables)
        {
            NoteFlags(variable, null);
        }

        foreach (var start in model.StartConditions)
        {
            // Collects the groups of the condition, with the flags of their options.
            Keep(start);
            tied.Add([.. groups]);
            groups.Clear();
        }

        foreach (var predicate in predicates)
        {
            Keep(predicate.Holds, predicate.IsDefined);
        }

        KeepWhatMayBeUndefined();
        Close();
        Model = model with { Rules = [.. model.Rules.Where((_, i) => isKept[i]).Select(Cut)] };
    }

    /// <summary>The rules of the cone, restricted to their writes inside of it.</summary>
    public LoweredModel Model { get; }

    /// <summary>The number of leaves in the cone.</summary>
    public int LeafCount => whole.Shape.Leaves.Count(leaf => Has(leaf.Index));

    /// <summary>True if a leaf is in the cone.</summary>
    public bool Has(int leaf) => groups.Contains(whole.Shape.Leaves[leaf].Group);

    /// <summary>True if the cone contains every leaf that a predicate reads.</summary>
    public bool Covers(LoweredPredicate predicate) => Term.LeavesOf(predicate.Holds, predicate.IsDefined).All(Has);

    /// <summary>
    /// True if the cone contains every instance of a rule of the model; only then its count is complete.
    /// </summary>
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

    // Such a rule stays even if it writes nothing of interest, because it finds the error.
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
            tied.Where(groups.Overlaps).ToList().ForEach(groups.UnionWith);
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

    // A trace shows the processor of each step, which may depend on the state.
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
