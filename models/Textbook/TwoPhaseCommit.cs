using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Textbook;

/// <summary>Two-phase commit after Gray and Lamport: one manager, and resources that may refuse.</summary>
/// <remarks>
/// Messages are a growing set, as in the TLA+ text. Published numbers of states: 288 for three resource managers, 8,832
/// for five (stateright, examples/2pc.rs).
/// </remarks>
public sealed class TwoPhaseCommit() : ModelFamily("two-phase-commit",
    "Two-phase commit with a transaction manager that does not fail",
    new SizeParameter("rm", 3, 1, 8, "resource managers"))
{
    public override ImmutableArray<Limit> NotModelled =>
        ["a transaction manager that fails", "messages that are lost"];

    protected override void Describe(ModelBuilder m)
    {
        var rm = m.ScalarSet("rm", m.Size("rm"));
        var state = m.Map("state", rm, Sort.Enum<Resource>());
        var decision = m.Var("decision", Sort.Enum<Decision>());
        var known = m.Map("known_prepared", rm, Sort.Bool);
        var prepared = m.Map("sent_prepared", rm, Sort.Bool);
        var commit = m.Var("sent_commit", Sort.Bool);
        var abort = m.Var("sent_abort", Sort.Bool);

        m.Rule("receive prepared", rm, (s, r) => s
            .When(decision == Decision.Open & prepared[r]).Set(known[r], true).By("manager"));
        m.Rule("commit", s => s
            .When(decision == Decision.Open & ForAll(rm, r => known[r]))
            .Set(decision, Decision.Commit).Set(commit, true).By("manager"));
        m.Rule("abort", s => s
            .When(decision == Decision.Open).Set(decision, Decision.Abort).Set(abort, true).By("manager"));
        m.Rule("prepare", rm, (s, r) => s
            .When(state[r] == Resource.Working).Set(state[r], Resource.Prepared).Set(prepared[r], true));
        m.Rule("refuse", rm, (s, r) => s
            .When(state[r] == Resource.Working).Set(state[r], Resource.Aborted));
        m.Rule("receive commit", rm, (s, r) => s.When(commit).Set(state[r], Resource.Committed));
        m.Rule("receive abort", rm, (s, r) => s.When(abort).Set(state[r], Resource.Aborted));

        m.Always("consistent",
            ForAll(rm, rm, (a, b) => !(state[a] == Resource.Committed & state[b] == Resource.Aborted)),
            "no resource manager commits while another one aborts");
        m.Reachable("all commit", ForAll(rm, r => state[r] == Resource.Committed));
        m.Reachable("all abort", ForAll(rm, r => state[r] == Resource.Aborted));
    }

    private enum Resource
    {
        Working,
        Prepared,
        Committed,
        Aborted,
    }

    private enum Decision
    {
        Open,
        Commit,
        Abort,
    }
}
