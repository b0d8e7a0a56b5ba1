using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanLlm.Application.Paging;
using CleanLlm.Application.Security;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Templates;

internal sealed class TemplateQueries(IDbContextFactory<AppDbContext> databases, DataKeys keys, IMapper mapper) : ITemplateQueries
{
    /// <summary>The owner of the data key of a template's text.</summary>
    /// <param name="owner">The template's owner; null for a shared one.</param>
    public static ContentOwner OwnerOf(UserId? owner) => owner is { } user ? ContentOwner.Of(user) : ContentOwner.Service;

    public async Task<Page<TemplateDto>> ListAsync(UserId? reader, Cursor? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var shared = database.Templates.Where(template => template.OwnerId == null);
        // Each by its part of the index.
        var templates = reader is null ? shared : database.Templates.Where(template => template.OwnerId == reader).Concat(shared);
        if (after is { Id: var id })
        {
            var last = new TemplateId(id);
            templates = templates.Where(template => template.Id < last);
        }

        var rows = await templates.OrderByDescending(template => template.Id).Take(limit + 1).ProjectTo<TemplateDto>(mapper.ConfigurationProvider).ToListAsync(ct);
        return Pages.Cut(rows, limit, (kept, _) => new Cursor(kept.CreatedAt, kept.Id.Value));
    }

    public async Task<VersionedTemplate?> FindAsync(TemplateId id, UserId? reader, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var found = await Visible(database, id, reader)
            .Join(
                database.TemplateVersions,
                template => new { template.Id, Number = template.Version },
                version => new { Id = version.TemplateId, version.Number },
                (template, version) => new { template, version })
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        return found is null ? null : new VersionedTemplate(found.template, await OpenAsync(found.version, ct));
    }

    public async Task<Page<TemplateVersionDto>?> ListVersionsAsync(TemplateId id, UserId? reader, Cursor? after, int limit, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var versions = Visible(database, id, reader).Join(database.TemplateVersions, template => template.Id, version => version.TemplateId, (_, version) => version);
        if (after is { Id: var place })
        {
            var last = new TemplateVersionId(place);
            versions = versions.Where(version => version.Id < last);
        }

        var rows = await versions
            .OrderByDescending(version => version.Id)
            .Take(limit + 1)
            .Select(version => new { version.Id, version.Number, version.Name, version.CreatedAt })
            .ToListAsync(ct);
        // A template has a version at least, so none on the first page is no template.
        if (rows.Count == 0 && after is null)
            return null;
        var page = Pages.Cut(rows, limit, (kept, _) => new Cursor(kept.CreatedAt, kept.Id.Value));
        return new Page<TemplateVersionDto>([.. page.Items.Select(version => new TemplateVersionDto(version.Number, version.Name, version.CreatedAt))], page.NextCursor);
    }

    public async Task<TemplateVersion?> FindVersionAsync(TemplateId id, int? number, UserId? reader, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var found = await Visible(database, id, reader)
            .SelectMany(template => database.TemplateVersions.Where(version => version.TemplateId == template.Id && version.Number == (number ?? template.Version)))
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        return found is null ? null : await OpenAsync(found, ct);
    }

    private static IQueryable<Template> Visible(AppDbContext database, TemplateId id, UserId? reader) =>
        database.Templates.Where(template => template.Id == id && (template.OwnerId == null || template.OwnerId == reader));

    private async ValueTask<TemplateVersion> OpenAsync(TemplateVersion version, CancellationToken ct) =>
        (await keys.OfAsync(OwnerOf(version.OwnerId), ct)).Open(version);
}
