using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Shootdowns;

namespace Verify.Proofs.Shootdowns;

/// <summary>The deferral grid: each combination of a change, a time of the flush, and a time at which the change counts.</summary>
public sealed class DeferralGrid : ClaimList
{
    /// <summary>The combinations, in the order of the page.</summary>
    public static ImmutableArray<DeferralCell> Cells { get; } =
    [
        .. Row(DeferredFlush.Free, null, 7, 9, isBounded: true),
        .. Row(DeferredFlush.Free, DeferredFlush.AtSwitch, 7, 0, isBounded: false),
        .. Row(DeferredFlush.Free, DeferredFlush.AtEntry, 9, 11, isBounded: false),
        .. Row(DeferredFlush.Free, DeferredFlush.AtLoad, 7, 0, isBounded: false),
        .. Row(DeferredFlush.Free, DeferredFlush.Never, 6, 8, isBounded: null),
        .. Row(DeferredFlush.Reuse, null, 7, 9, isBounded: true),
        .. Row(DeferredFlush.Reuse, DeferredFlush.AtSwitch, 7, 0, isBounded: false),
        .. Row(DeferredFlush.Reuse, DeferredFlush.AtEntry, 9, 11, isBounded: false),
        .. Row(DeferredFlush.Reuse, DeferredFlush.AtLoad, 7, 0, isBounded: false),
        .. Row(DeferredFlush.Reuse, DeferredFlush.Never, 6, 8, isBounded: null),
        .. Row(DeferredFlush.ReuseKernel, null, 8, 8, isBounded: true),
        .. Row(DeferredFlush.ReuseKernel, DeferredFlush.AtSwitch, 8, 8, isBounded: false),
        .. Row(DeferredFlush.ReuseKernel, DeferredFlush.AtEntry, 8, 0, isBounded: false),
        .. Row(DeferredFlush.ReuseKernel, DeferredFlush.Never, 7, 7, isBounded: null),
        .. Row(DeferredFlush.HandOut, null, 8, 8, isBounded: true),
        .. Row(DeferredFlush.HandOut, DeferredFlush.AtSwitch, 8, 8, isBounded: false),
        .. Row(DeferredFlush.HandOut, DeferredFlush.AtEntry, 8, 0, isBounded: false),
        .. Row(DeferredFlush.HandOut, DeferredFlush.Never, 7, 7, isBounded: null),
        .. Row(DeferredFlush.ReadOnly, null, 8, 8, isBounded: true),
        .. Row(DeferredFlush.ReadOnly, DeferredFlush.AtSwitch, 8, 8, isBounded: false),
        .. Row(DeferredFlush.ReadOnly, DeferredFlush.AtEntry, 8, 0, isBounded: false),
        .. Row(DeferredFlush.ReadOnly, DeferredFlush.Never, 7, 7, isBounded: null),
    ];

    public override IEnumerable<Claim> Claims => Cells.SelectMany(cell => cell.Claims);

    // The cells of one row of the page: at once, at once while no other CPU can use the address, and after all have
    // flushed. The lengths are those of the shortest violations, 0 if there is none.
    private static IEnumerable<DeferralCell> Row(Profile relied, Switch? flush, int atOnce, int idle, bool? isBounded)
    {
        yield return new DeferralCell(relied, flush, DeferralTime.AtOnce, atOnce, null);
        yield return new DeferralCell(relied, flush, DeferralTime.WhileIdle, idle, null);
        if (isBounded is not null)
        {
            yield return new DeferralCell(relied, flush, DeferralTime.AfterAll, 0, isBounded);
        }
    }
}
