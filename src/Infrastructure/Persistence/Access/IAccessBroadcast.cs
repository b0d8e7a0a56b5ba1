using CleanLlm.Domain.Ids;

namespace CleanLlm.Infrastructure.Persistence.Access;

/// <summary>Tells the other instances that a user's rights have changed.</summary>
internal interface IAccessBroadcast
{
    /// <summary>Never fails and never waits for an answer: without it the change is seen a few seconds later.</summary>
    Task SendAsync(UserId user, CancellationToken ct);
}
