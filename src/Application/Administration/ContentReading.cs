using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Administration;

/// <summary>What comes before an admin sees another user's content: a reason, and its line in the audit log, stored.</summary>
internal sealed class ContentReading(IUserRepository users, IAuditTrail audit, ICurrentUser current)
{
    /// <summary>The header that carries the reason.</summary>
    public const string Header = "Audit-Reason";

    /// <summary>Notes that the caller is about to read.</summary>
    /// <returns>Null; or why they may not.</returns>
    public async Task<Error?> BeginAsync(UserId owner, ChatId? chat, string? reason, CancellationToken ct)
    {
        var why = AuditReason.Of(reason, Header);
        if (!why.IsSuccess)
            return why.Error;
        if (await users.FindAsync(owner, ct) is null)
            return AdminErrors.UserNotFound;

        audit.Add(new AuditEvent(
            AuditActions.ContentRead,
            current.Id.Value,
            owner.Value,
            JsonSerializer.Serialize(new { what = chat is null ? "chats" : "messages", chatId = chat?.Value, reason = why.Value.Text })));
        await audit.SaveAsync(ct);
        return null;
    }
}
