using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Templates;

internal sealed class TemplateRepository(AppDbContext database, DataKeys keys) : ITemplateRepository
{
    public async Task<VersionedTemplate?> FindAsync(TemplateId id, UserId? owner, CancellationToken ct)
    {
        if (await database.Templates.SingleOrDefaultAsync(template => template.Id == id && template.OwnerId == owner, ct) is not { } template)
            return null;
        var newest = await database.TemplateVersions.AsNoTracking().SingleOrDefaultAsync(version => version.TemplateId == id && version.Number == template.Version, ct);
        // Deleted, or changed, between the two reads.
        return newest is null ? null : new VersionedTemplate(template, (await CipherOfAsync(owner, ct)).Open(newest));
    }

    public async Task<Error?> AddAsync(VersionedTemplate created, CancellationToken ct)
    {
        var owner = created.Template.OwnerId;
        // Before the transaction: the owner's first content makes the key, on a connection of its own.
        var cipher = await CipherOfAsync(owner, ct);
        // Counted under the lock: those that are made at once come one after another.
        await using var transaction = await AuditedTransaction.BeginAsync(database, ct);
        await (owner is { } user ? database.LockUserAsync(user, ct) : database.LockAdministrationAsync(ct));
        if (Template.CheckCount(await database.Templates.CountAsync(template => template.OwnerId == owner, ct)) is { } refusal)
        {
            database.ChangeTracker.Clear();
            return refusal;
        }

        database.Add(created.Template);
        database.Add(created.Newest);
        if (await TrySaveAsync(cipher, ct) is { } fault)
            return fault;
        await transaction.CommitAsync();
        return null;
    }

    public async Task<Error?> SaveAsync(VersionedTemplate change, CancellationToken ct)
    {
        database.Add(change.Newest);
        if (await TrySaveAsync(await CipherOfAsync(change.Template.OwnerId, ct), ct) is not { } refusal)
            return null;
        // Its version was taken, and not its name, where another change was first.
        return await database.Templates.AnyAsync(template => template.Id == change.Template.Id && template.Version < change.Template.Version, ct)
            ? refusal
            : TemplateErrors.Moved;
    }

    public async Task<Error?> RemoveAsync(Template template, CancellationToken ct)
    {
        database.Remove(template);
        return await database.TrySaveChangesAsync(ct) ? null : TemplateErrors.Moved;
    }

    private ValueTask<ContentCipher> CipherOfAsync(UserId? owner, CancellationToken ct) => keys.OfAsync(TemplateQueries.OwnerOf(owner), ct);

    private async Task<Error?> TrySaveAsync(ContentCipher cipher, CancellationToken ct)
    {
        try
        {
            return await database.TrySaveAsync(() => cipher.SaveAsync(database, ct)) ? null : TemplateErrors.Moved;
        }
        catch (DbUpdateException twice) when (UniqueViolation.IsCauseOf(twice))
        {
            database.ChangeTracker.Clear();
            return TemplateErrors.NameTaken;
        }
    }
}
