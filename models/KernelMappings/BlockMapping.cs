using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.KernelMappings;

/// <summary>A block entry, or a run of contiguous entries, that maps all frames until one of them is to differ.</summary>
internal sealed class BlockMapping
{
    private readonly Architecture architecture;
    private readonly Expr isBlock;
    private readonly Expr undefined;

    /// <summary>Declares the entry, which is not split.</summary>
    public BlockMapping(ModelBuilder m, Architecture architecture)
    {
        this.architecture = architecture;
        isBlock = m.Var("is_block", Sort.Bool, true);
        undefined = m.Ghost("undefined_hw", Sort.Bool);
    }

    /// <summary>True as long as the architecture promises anything.</summary>
    public Expr IsDefined => !undefined;

    /// <summary>Extends a step: the live entry is split, so that one frame can differ.</summary>
    public StepBuilder Split(StepBuilder s) =>
        s.SetIf(isBlock & !architecture.AllowsLiveOverwrite, undefined, true).Set(isBlock, false);

    /// <summary>Adds I-BBM.</summary>
    public void AddInvariant(ModelBuilder m) => m.Always("I-BBM", IsDefined,
        "between two valid values that need break-before-make the entry is invalid and flushed everywhere");
}
