using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Everything that is held about a user, but for secrets and their hashes.</summary>
/// <param name="ExportedAt">When it was taken.</param>
/// <param name="Profile">The account.</param>
/// <param name="ExternalLogins">Identities of other providers that sign in to it.</param>
/// <param name="Sessions">Where it was signed in, ended sessions too.</param>
/// <param name="ApiKeys">Its API keys.</param>
/// <param name="Chats">Its chats with all their messages.</param>
/// <param name="Completions">Its completions outside any chat.</param>
/// <param name="Templates">Its own templates with all their versions.</param>
/// <param name="Usage">What it was charged for.</param>
/// <param name="QuotaCounters">How far its limits were used.</param>
/// <param name="AuditLog">What the audit log says about it.</param>
public sealed record AccountExportDto(
    DateTimeOffset ExportedAt,
    ExportedProfileDto Profile,
    IAsyncEnumerable<ExportedLoginDto> ExternalLogins,
    IAsyncEnumerable<ExportedSessionDto> Sessions,
    IAsyncEnumerable<ExportedKeyDto> ApiKeys,
    IAsyncEnumerable<ExportedChatDto> Chats,
    IAsyncEnumerable<ExportedCompletionDto> Completions,
    IAsyncEnumerable<ExportedTemplateDto> Templates,
    IAsyncEnumerable<ExportedUsageDto> Usage,
    IAsyncEnumerable<ExportedCounterDto> QuotaCounters,
    IAsyncEnumerable<ExportedAuditDto> AuditLog);

/// <summary>The account itself.</summary>
/// <param name="Id">Identifies the user.</param>
/// <param name="Email">The address of the account, its domain in lower case and in ASCII.</param>
/// <param name="DisplayName">The name that the user chose; null when none was chosen.</param>
/// <param name="Role">What the user may do.</param>
/// <param name="EmailConfirmed">Whether the address was proved to be the user's.</param>
/// <param name="PlanId">The plan that was assigned to the user; null for the default plan.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="LastSignInAt">When the user last signed in; null before the first time.</param>
public sealed record ExportedProfileDto(
    UserId Id,
    string Email,
    string? DisplayName,
    UserRole Role,
    bool EmailConfirmed,
    PlanId? PlanId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastSignInAt);

/// <summary>An identity of another provider.</summary>
/// <param name="Provider">The provider that issued the identity.</param>
/// <param name="Subject">The id of the user at that provider.</param>
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

/// <summary>A chat with the messages of all its branches, oldest first, and the summaries that were made of them.</summary>
public sealed record ExportedChatDto(
    ChatId Id,
    string? Title,
    string? Model,
    string? SystemPrompt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<ExportedSummaryDto> Summaries,
    IAsyncEnumerable<ExportedMessageDto> Messages);

/// <summary>What a model wrote in the place of the oldest messages of a branch.</summary>
/// <param name="UpTo">The newest message that it covers, together with all above it.</param>
/// <param name="Messages">How many messages it covers.</param>
/// <param name="Content">The text.</param>
/// <param name="CreatedAt">When it was written.</param>
public sealed record ExportedSummaryDto(MessageId UpTo, int Messages, string Content, DateTimeOffset CreatedAt);

/// <summary>One message of a chat. The messages with the same parent, or all without one, are versions of each other.</summary>
/// <param name="Id">Identifies the message.</param>
/// <param name="ParentId">The message it follows; null for a first one.</param>
/// <param name="Role">The author: user or assistant.</param>
/// <param name="Content">The text.</param>
/// <param name="Model">The model that answered; null for a user's message.</param>
/// <param name="PromptTokens">Tokens of the prompt that led to this answer; null for a user's message.</param>
/// <param name="CompletionTokens">Tokens of this answer; null for a user's message.</param>
/// <param name="CreatedAt">When it was sent, or its answer finished.</param>
/// <param name="Feedback">The user's rating of the answer; null while unrated.</param>
public sealed record ExportedMessageDto(
    MessageId Id,
    MessageId? ParentId,
    MessageRole Role,
    string Content,
    string? Model,
    int? PromptTokens,
    int? CompletionTokens,
    DateTimeOffset CreatedAt,
    FeedbackDto? Feedback)
{
    /// <summary>What the model said while it reasoned; null unless the plan keeps it.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The template that a question was asked by; null for any other message.</summary>
    public TemplateUseDto? Template { get; init; }
}

/// <summary>A completion outside any chat.</summary>
/// <param name="Prompt">What was asked; null when it was not to be stored.</param>
/// <param name="Completion">What came of it.</param>
public sealed record ExportedCompletionDto(string? Prompt, CompletionDto Completion)
{
    /// <summary>The template that it was asked by; null for none, and when it was not to be stored.</summary>
    public TemplateUseDto? Template { get; init; }
}

/// <summary>A template of the user with all its versions, newest first.</summary>
/// <param name="Id">Identifies the template.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Versions">Its versions.</param>
public sealed record ExportedTemplateDto(
    TemplateId Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<TemplateVersionDetailDto> Versions);

/// <summary>A line of the usage ledger.</summary>
public sealed record ExportedUsageDto(
    CompletionId Id,
    ApiKeyId? ApiKeyId,
    string Model,
    string Provider,
    int PromptTokens,
    int CachedPromptTokens,
    int CacheWriteTokens,
    int CompletionTokens,
    int ReasoningTokens,
    decimal CostMicros,
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
    ApiKeyId? ApiKeyId, QuotaMetric Metric, QuotaWindow Window, DateTimeOffset PeriodStart, decimal Used, decimal Reserved, decimal Granted);

/// <summary>A line of the audit log that concerns the user, without data of other users.</summary>
/// <param name="At">When it happened.</param>
/// <param name="Action">What happened.</param>
/// <param name="ByYou">Whether the user did it.</param>
/// <param name="SubjectId">The object of the action; null when it belongs to another user.</param>
/// <param name="Detail">More about it; null when there is none, or when it belongs to another user.</param>
public sealed record ExportedAuditDto(DateTimeOffset At, string Action, bool ByYou, Guid? SubjectId, JsonElement? Detail)
{
    private const string AdminActions = "admin.";

    /// <summary>What a line says about one user.</summary>
    public static ExportedAuditDto Of(AuditEntryDto line, Guid user)
    {
        var own = line.SubjectId == user || !line.Action.StartsWith(AdminActions, StringComparison.Ordinal);
        return new ExportedAuditDto(line.At, line.Action, line.ActorId == user, own ? line.SubjectId : null, own ? line.Detail : null);
    }
}
