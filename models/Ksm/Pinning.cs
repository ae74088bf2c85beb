using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ksm;

/// <summary>get_user_pages_fast() for writing, and the writes of a device to the pinned page.</summary>
/// <remarks>The fast path takes no lock, and no flush waits for it here, as where tables are freed by RCU.</remarks>
internal sealed class Pinning(ModelBuilder m, AnonymousMemory memory)
{
    /// <summary>Adds the thread.</summary>
    public void Describe()
    {
        m.Thread("direct I/O", repeats: true, t =>
        {
            var address = t.Local("pinned_address", memory.Va);
            var seen = t.Local("seen", memory.Frame);
            t.Step("gup_fast_pte_range", memory.Va, memory.Frame, (s, x, f) => s
                .When(memory.Maps(x, f) & memory.IsWritable(x)).Set(address, x).Set(seen, f).Shows(x).From(KernelCode.FastGup));

            // A page without a reference is not found by the fast path.
            var isThere = Exists(memory.Va, x => memory.Maps(x, seen.Value)) | memory.Folio == seen | memory.StableFolio == seen;
            t.Branch("try_grab_folio_fast", isThere, () => { }, () => t.Return(),
                s => s.SetIf(isThere, memory.Pin, seen).From(KernelCode.FastGup));
            var isSame = memory.Maps(address.Value, seen.Value) & memory.IsWritable(address.Value);
            t.Branch("pte_val(pte) == pte_val(*ptep)", isSame, () => { }, () => t.Return(),
                s => s.SetIf(!isSame, memory.Pin, None).From(KernelCode.FastGup));
            t.Label("pinned");
            t.Either(
                () =>
                {
                    t.Step("DMA", s => memory.Write(s, memory.Pin.Value, address.Value).Shows(memory.Pin).By("device")
                        .From(KernelCode.FastGup));
                    t.Goto("pinned");
                },
                () => t.Step("unpin_user_page", s => s.Set(memory.Pin, None).From(KernelCode.Unpin)));
        });
        m.Reachable("a page is pinned while ksmd has locked it", memory.Pin.HasValue & memory.Folio == memory.Pin);
    }
}
