using Verify.Modelling;

namespace Verify.Models.ExtentSeals;

/// <summary>Rejects combinations of options of <see cref="MapDirect"/> that would have no effect.</summary>
internal static class MapDirectChoices
{
    public static void Check(ModelBuilder m)
    {
        Fault[] seals = [MapDirect.SealOfMapping, MapDirect.SealFirst, MapDirect.SealLast, MapDirect.Fcntl];
        if (seals.Count(m.Has) > 1 || (m.Has(MapDirect.Anonymous) && seals.Any(m.Has)))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "one way of sealing at most can be chosen, and none with 'anonymous'");
        }

        m.Demand(MapDirect.CountPins, MapDirect.SealOfMapping);
        m.Demand(MapDirect.Forks, MapDirect.SealOfMapping);
        m.Demand(MapDirect.LookAgain, MapDirect.SealLast);
        m.Demand(MapDirect.ClearAny, MapDirect.Fcntl);
        m.Demand(MapDirect.UnshareFirst, MapDirect.Reflink);
        m.Demand(MapDirect.CopyOnFault, MapDirect.Reflink);
        m.Demand(MapDirect.CloneSealed, MapDirect.Reflink);
        foreach (var fault in new[] { MapDirect.Reflink, MapDirect.Append, MapDirect.MapSync })
        {
            if (m.Has(fault) && m.Has(MapDirect.Anonymous))
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction, $"'{fault.Name}' is of files, not of anonymous memory");
            }
        }
    }
}
