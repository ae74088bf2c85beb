using Verify.Language.Parts;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class DeviceTlbPart
{
    public static HardwarePart Part { get; } = new("device_tlb",
        "the translations that a device caches for a shared address space (SVA, by ATS); the protocol says when it fills and uses them")
    {
        Parameters = [new("va", PartParameterKind.Sort, "addresses")],
        Needs = ["page_table"],
        State = [("device_tlb[va]: translation?", "what the device has cached")],
        Words =
        [
            new PartWord.Effect("device_invalidate", "x: va?", "the device drops an address, or everything for none",
                (use, s, of) => use.Get<DeviceTlb>().Drop(s, of[0])),
            new PartWord.Value("device_is_stale", "", "some entry of the device is stale", (use, _) => use.Get<DeviceTlb>().HasStale),
        ],
        Declare = use =>
        {
            var device = use.Add(new DeviceTlb(use.Model, use.Sort("va"), use.Get<Translation>()));
            use.Find<FrameAllocator>()?.Register(device);
        },
    };
}
