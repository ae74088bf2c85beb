using Verify.Language.Parts;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class ShootdownPart
{
    public static HardwarePart Part { get; } = new("shootdown",
        "invalidations under way on other processors: each answers in a step of its own, some time later")
    {
        Parameters =
        [
            new("cpu", PartParameterKind.Sort, "processors"),
            new("va", PartParameterKind.Sort, "addresses"),
            new("one_at_a_time", PartParameterKind.Flag,
                "the protocol has a lock around flushes, which saves states; a second one at once is an error"),
            new("fair", PartParameterKind.Flag, "an answer that is possible happens"),
            new("irqs_off", PartParameterKind.Variable, "the processors that take no interrupt"),
        ],
        Needs = ["architecture", "tlb"],
        State =
        [
            ("pending[cpu, cpu]: bool", "the processors that have still to answer one; pending[cpu] with one_at_a_time"),
            ("flush_va[cpu]: va?", "the address to drop, none for everything; flush_va with one_at_a_time"),
        ],
        Rules = [("flush_tlb_func, or the name that the profile has for it", "a processor drops what it was asked to, and answers")],
        Words =
        [
            new PartWord.Steps("flush", "c: cpu, x: va?",
                "all processors drop an address, or everything for none: on this one, then a message to the others, then a wait",
                (use, t, of, first) => use.Get<Shootdown>().AddFlush(t, TlbPart.MmuOf(use), of[0], of[1], first)),
            new PartWord.Effect("send_flush", "c: cpu, targets: [cpu] bool, x: va?",
                "asks some processors to drop an address, or everything for none",
                (use, s, of) => use.Get<Shootdown>().Send(s, of[0], d => of[1][d], of[2]))
            {
                Step = use => use.Get<Architecture>().RemoteFlush,
            },
            new PartWord.Effect("await_flush", "c: cpu", "waits until all have answered",
                (use, s, of) => use.Get<Shootdown>().Finish(s, of[0])) { Step = _ => "flush is complete" },
            new PartWord.Value("is_flush_complete", "c: cpu", "all processors have answered c",
                (use, of) => use.Get<Shootdown>().IsComplete(of[0])),
            new PartWord.Value("is_asked", "c: cpu, d: cpu", "d has still to answer c",
                (use, of) => use.Get<Shootdown>().IsPending(of[0], of[1])),
        ],
        Declare = use =>
        {
            var isSingle = use.Has("one_at_a_time");
            // Flushes that mix their addresses and answers would hide runs: a number out of its range is an error.
            var underWay = isSingle ? use.Model.Ghost("flushes_under_way", Sort.Range(0, 1)) : 0;
            use.Add(new Shootdown(use.Model, use.Sort("cpu"), use.Sort("va"), use.Get<Architecture>(), isConcurrent: !isSingle)
            {
                Observer = isSingle ? (s, isSent) => s.Set(underWay, isSent ? underWay + 1 : underWay - 1) : null,
            });
        },
        AddRules = use =>
        {
            var (shootdown, spaces, mmu) = (use.Get<Shootdown>(), use.Find<AddressSpaces>(), TlbPart.MmuOf(use));
            if (spaces is not null && !use.Has("one_at_a_time"))
            {
                throw UserErrorException.At(null, ErrorCodes.BadDeclaration, "with 'address_spaces', flushes are one at a time",
                    "write use shootdown(one_at_a_time), and hold a lock around each flush");
            }

            var isOff = use.Variables.GetValueOrDefault("irqs_off");
            shootdown.AddAnswers(use.Model, d => (spaces?.HasInterrupts(d) ?? true) & (isOff is null ? true : !isOff[d]), (s, from, d) =>
            {
                if (spaces is null)
                {
                    mmu.Invalidate(s, d, shootdown.Address(from));
                }
                else
                {
                    spaces.Answer(s, d, shootdown.Address(from));
                }
            }, use.Has("fair"));
        },
    };
}
