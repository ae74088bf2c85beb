using Verify.Modelling;

namespace Verify.Models.ProtectedData;

/// <summary>rare_modify() and rare_protect(): the caller opens a window, works in it, and closes it.</summary>
internal sealed class PointerApi(ModelBuilder m, AliasMachine machine)
{
    private readonly Expr? kept = m.Assumes(TemporaryMm.NoLeak) ? null : m.Var("kept_pointer", Sort.Option(machine.Frame));

    public void Describe()
    {
        m.Thread("writer", machine.Cpu, repeats: true, Program);
        if (kept is not null)
        {
            m.Rule("store through a kept pointer", machine.Cpu, (s, c) => machine.StoreAstray(s
                .When(kept.HasValue & machine.RunsOtherCode(c))
                .If(!machine.Reaches(c, kept.Value), () => machine.MissAlias(s, kept.Value)), c, kept.Value))
                .From(Mails.Wilcox);
        }
    }

    private void Program(ThreadBuilder t, Expr c)
    {
        var window = new Window(m, machine, t, c);
        var meant = machine.Writing[c].Value;
        t.Step("rare_modify", machine.Frame, (s, f) => s
            .When(machine.CanBegin(c)).Set(machine.Writing[c], f).From(Mails.Wilcox));
        window.Open("local_irq_disable");
        window.Use();
        t.Label("body");
        List<Action> ways =
        [
            () =>
            {
                t.Step("p->a = x", s =>
                {
                    machine.Store(window.Run(s), c, meant, meant);
                    s.Shows(machine.Writing[c]).From(Mails.Wilcox);
                });
                t.Goto("body");
            },
        ];
        if (kept is not null)
        {
            ways.Add(() =>
            {
                t.Step("keep p", s => window.Run(s).Set(kept, machine.Writing[c]));
                t.Goto("body");
            });
            ways.Add(() =>
            {
                t.Step("store through a kept p", s =>
                {
                    machine.Store(window.Run(s).When(kept.HasValue), c, kept.Value, meant);
                    s.Shows(kept);
                });
                t.Goto("body");
            });
        }

        ways.Add(() =>
        {
            t.Step("rare_protect", s => window.Run(s).From(Mails.Wilcox));
            window.Unuse();
            t.Step("return", s => window.Close(s).From(Mails.Wilcox));
        });
        t.Either([.. ways]);
    }
}
