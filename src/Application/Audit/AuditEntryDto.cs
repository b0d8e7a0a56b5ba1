using System.Text.Json;
using AutoMapper;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Audit;

/// <summary>A line of the audit log.</summary>
/// <param name="Id">Identifies the line.</param>
/// <param name="Sequence">Its place in the chain, from 1.</param>
/// <param name="At">When it happened.</param>
/// <param name="Action">What happened, dotted.</param>
/// <param name="ActorId">The user who did it; null when the caller was not signed in.</param>
/// <param name="SubjectId">The user, key, session or plan it was done to; null when there is none.</param>
/// <param name="Detail">More about it; null when there was nothing, or when it was erased.</param>
/// <param name="Redacted">Whether the detail was erased, with the account it was about.</param>
public sealed record AuditEntryDto(
    AuditEntryId Id, long Sequence, DateTimeOffset At, string Action, Guid? ActorId, Guid? SubjectId, JsonElement? Detail, bool Redacted);

internal sealed class AuditMapping : Profile
{
    public AuditMapping() => CreateMap<AuditEntry, AuditEntryDto>()
        .ForCtorParam(nameof(AuditEntryDto.Detail), detail => detail.MapFrom(entry => Read(entry.Detail)))
        .ForCtorParam(nameof(AuditEntryDto.Redacted), redacted => redacted.MapFrom(entry => entry.DetailHash != null && entry.Detail == null));

    // It may have been tampered with, and then it must be shown too.
    private static JsonElement? Read(string? detail)
    {
        if (detail is null)
            return null;

        try
        {
            using var document = JsonDocument.Parse(detail);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(detail);
        }
    }
}
