using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Keys;

/// <summary>
/// The framework's key ring in the database, so that every instance reads what any has protected. The interface is synchronous; it
/// is called at start and once in a day.
/// </summary>
internal sealed class KeyRingRepository(IDbContextFactory<AppDbContext> databases) : IXmlRepository
{
    // Outside what the database gives out itself.
    private const int First = -1;

    private volatile bool sawNone;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var database = databases.CreateDbContext();
        var keys = database.DataProtectionKeys.AsNoTracking().Select(key => key.Xml).ToList();
        sawNone = keys.Count == 0;
        return [.. keys.OfType<string>().Select(static xml => XElement.Parse(xml))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var database = databases.CreateDbContext();
        var key = new DataProtectionKey { FriendlyName = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) };
        // Instances that start together on an empty table all make a first key. There is one place for it: the others use the winner's.
        var isFirst = sawNone;
        if (isFirst)
            key.Id = First;
        database.Add(key);
        try
        {
            database.SaveChanges();
        }
        catch (DbUpdateException exception) when (isFirst && UniqueViolation.IsCauseOf(exception))
        {
            // The framework reads the ring again after it has stored a key.
        }
    }
}
