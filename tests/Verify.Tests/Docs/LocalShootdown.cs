using Verify.Harness;
using Verify.Harness.Examples;
using Verify.Modelling;
using Verify.Models.Shootdowns;

namespace Mine;

public sealed class LocalShootdown : ConformanceCase
{
    public override SystemUnderTest Code => new Shootdown(cpus: 2, pages: 1, frames: 3, Shootdown.Flaw.LocalOnly);

    public override ModelFamily Family => new TlbShootdown();

    public override Choices Choices => Choices.Default.With(TlbShootdown.LocalOnly).Size("cpu", 2).Size("page", 1);

    public override string Property => "I-ENTRY";
}
