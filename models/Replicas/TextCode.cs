using Verify.Modelling;

namespace Verify.Models.Replicas;

/// <summary>Text patching, and the series that replicate kernel text, which loop over the copies.</summary>
internal static class TextCode
{
    public static readonly Source PokeX86 = Source.Kernel("smp_text_poke_batch_finish", "arch/x86/kernel/alternative.c", "v6.19");
    public static readonly Source Sync = Source.Kernel("smp_text_poke_sync_each_cpu", "arch/x86/kernel/alternative.c", "v6.19");
    public static readonly Source Breakpoint = Source.Kernel("smp_text_poke_int3_handler", "arch/x86/kernel/alternative.c", "v6.19");
    public static readonly Source PatchArm64 = Source.Kernel("aarch64_insn_patch_text_nosync", "arch/arm64/kernel/patching.c", "v6.19");
    public static readonly Source PokeAllX86 = Source.Mail(
        "Artem Kuzin, x86: make kernel text patching aware about replicas", "2023-12-28", "20231228131056.602411-9-artem.kuzin@huawei.com");

    public static readonly Source PatchAllArm64 = Source.Mail(
        "Russell King, arm64: text replication: add node text patching", "2023-05-30", "E1q3zyJ-00A5Kq-2X@rmk-PC.armlinux.org.uk");
}
