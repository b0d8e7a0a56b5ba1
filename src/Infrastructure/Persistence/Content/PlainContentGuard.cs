using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>Refuses to save content of entities that was not encrypted.</summary>
internal sealed class PlainContentGuard : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        EntityContent.ThrowIfPlain((AppDbContext)eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(SavingChanges(eventData, result));
}
