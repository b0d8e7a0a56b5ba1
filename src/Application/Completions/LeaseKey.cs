using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions;

/// <summary>The place of a running completion in the order of the ends of leases.</summary>
/// <param name="ExpiresAt">When its lease ends.</param>
/// <param name="Id">Orders those that were renewed together.</param>
public readonly record struct LeaseKey(DateTimeOffset ExpiresAt, CompletionId Id)
{
    /// <summary>The key of a completion that has a lease.</summary>
    public static LeaseKey Of(Completion completion) => new(completion.LeaseExpiresAt!.Value, completion.Id);
}
