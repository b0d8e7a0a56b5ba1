using CleanLlm.Application.Security;
using CleanLlm.Domain.Models;

namespace CleanLlm.Application.Ai;

/// <summary>What a use case tells a router about a call, and what it learns from it.</summary>
public sealed class RoutedCall
{
    private TaskCompletionSource? asked;
    private volatile Model? served;

    /// <summary>The candidates, the most wanted first. Quota is reserved for the dearest of them.</summary>
    public required IReadOnlyList<Model> Candidates { get; init; }

    /// <summary>Tokens of the prompt: what they leave of a candidate's window bounds its answer. 0 when they were not counted.</summary>
    public int PromptTokens { get; init; }

    /// <summary>How the answer may be cached; null for not at all.</summary>
    public CacheTerms? Cache { get; init; }

    /// <summary>The provider that answered or was asked last; null before the first call.</summary>
    public Model? Served
    {
        get => served;
        set
        {
            served = value;
            if (value is not null)
                Volatile.Read(ref asked)?.TrySetResult();
        }
    }

    /// <summary>Ends once a provider has been asked, or the answer is known without: until then the call may wait for a place.</summary>
    public Task AskedAsync()
    {
        if (served is not null)
            return Task.CompletedTask;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var known = Interlocked.CompareExchange(ref asked, mine, null) ?? mine;
        // It may have been asked before there was anything to tell it to.
        if (served is not null)
            known.TrySetResult();
        return known.Task;
    }

    /// <summary>Whether the answer comes from the cache or from a call that another user pays for; final only once it has ended.</summary>
    public bool Cached { get; set; }
}

/// <summary>How an answer may be cached.</summary>
/// <param name="Owner">Which callers share it, and whose data key encrypts it: one user, or all users of a plan.</param>
public sealed record CacheTerms(ContentOwner Owner);
