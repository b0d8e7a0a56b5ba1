using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.Accounts;

/// <summary>Everything that is held about a user, but for secrets and their hashes.</summary>
/// <param name="ExportedAt">When it was taken.</param>
/// <param name="Profile">The account.</param>
/// <param name="ExternalLogins">Identities of other providers that sign in to it.</param>
/// <param name="Sessions">Where it was signed in, ended sessions too.</param>
/// <param name="ApiKeys">Its API keys.</param>
/// <param name="Chats">Its chats with all their messages.</param>
/// <param name="Completions">Its completions outside any chat.</param>
/// <param name="Usage">What it was charged for.</param>
/// <param name="QuotaCounters">How far its limits were used.</param>
/// <param name="AuditLog">What the audit log says about it.</param>
public sealed record AccountExportDto(
    DateTimeOffset ExportedAt,
    UserDto Profile,
    IAsyncEnumerable<ExportedLoginDto> ExternalLogins,
    IAsyncEnumerable<ExportedSessionDto> Sessions,
    IAsyncEnumerable<ExportedKeyDto> ApiKeys,
    IAsyncEnumerable<ExportedChatDto> Chats,
    IAsyncEnumerable<ExportedCompletionDto> Completions,
    IAsyncEnumerable<ExportedUsageDto> Usage,
    IAsyncEnumerable<ExportedCounterDto> QuotaCounters,
    IAsyncEnumerable<ExportedAuditDto> AuditLog);

/// <summary>An identity of another provider.</summary>
/// <param name="Provider">Which provider.</param>
/// <param name="Subject">Who the user is there.</param>
public sealed record ExportedLoginDto(string Provider, string Subject);

/// <summary>A device that is or was signed in.</summary>
public sealed record ExportedSessionDto(
    SessionId Id, string? Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>An API key, without anything of its secret.</summary>
public sealed record ExportedKeyDto(
    ApiKeyId Id,
    string Name,
    IReadOnlyList<string> Scopes,
    long? MonthlyTokenLimit,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

/// <summary>A chat with the messages of all its branches, oldest first.</summary>
public sealed record ExportedChatDto(
    ChatId Id,
    string? Title,
    string? Model,
    string? SystemPrompt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IAsyncEnumerable<MessageDto> Messages);

/// <summary>A completion outside any chat.</summary>
/// <param name="Prompt">What was asked; null when it was not to be stored.</param>
/// <param name="Completion">What came of it.</param>
public sealed record ExportedCompletionDto(string? Prompt, CompletionDto Completion);

/// <summary>A line of the usage ledger.</summary>
public sealed record ExportedUsageDto(
    CompletionId Id,
    ApiKeyId? ApiKeyId,
    string Model,
    string Provider,
    int PromptTokens,
    int CompletionTokens,
    long CostMicros,
    string PriceVersion,
    UsageBasis Basis,
    DateTimeOffset AdmittedAt);

/// <summary>What was used of one limit in one period.</summary>
/// <param name="ApiKeyId">The API key whose own limit it is; null for the user's.</param>
/// <param name="Metric">What is counted.</param>
/// <param name="Window">Over what time.</param>
/// <param name="PeriodStart">Which period of it.</param>
/// <param name="Used">Charged.</param>
/// <param name="Reserved">Held by running completions.</param>
/// <param name="Granted">Added by an admin.</param>
public sealed record ExportedCounterDto(
    ApiKeyId? ApiKeyId, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart, long Used, long Reserved, long Granted);

/// <summary>A line of the audit log, as far as it is about the user: others that it names are left out.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Action">What happened.</param>
/// <param name="ByYou">Whether the user did it.</param>
/// <param name="SubjectId">To what; null when that is somebody else's.</param>
/// <param name="Detail">More about it; null when there is nothing, or when that is somebody else's.</param>
public sealed record ExportedAuditDto(DateTimeOffset At, string Action, bool ByYou, Guid? SubjectId, JsonElement? Detail)
{
    private const string AdminActions = "admin.";

    /// <summary>What a line says about one user.</summary>
    public static ExportedAuditDto Of(AuditEntry entry, Guid user)
    {
        var line = AuditEntryDto.From(entry);
        var own = entry.SubjectId == user || !entry.Action.StartsWith(AdminActions, StringComparison.Ordinal);
        return new ExportedAuditDto(line.At, line.Action, line.ActorId == user, own ? line.SubjectId : null, own ? line.Detail : null);
    }
}
