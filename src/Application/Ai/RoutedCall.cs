using CleanLlm.Domain.Models;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// What a use case tells the router about a call, and what it learns from it. It travels beside the options, so that every
/// <see cref="IChatClient"/> on the way may be asked; the router takes it out before a provider's client sees them.
/// </summary>
public sealed class RoutedCall
{
    /// <summary>Where it is kept in <see cref="ChatOptions.AdditionalProperties"/>.</summary>
    public const string Key = "cleanllm.call";

    private TaskCompletionSource? asked;
    private volatile Model? served;

    /// <summary>Who may answer, the most wanted first. Quota is reserved for the dearest of them.</summary>
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

    /// <summary>The call that the options belong to; null when they were made without one.</summary>
    public static RoutedCall? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out var call) == true ? call as RoutedCall : null;

    /// <summary>Lets the options carry it.</summary>
    public void AttachTo(ChatOptions options) => (options.AdditionalProperties ??= [])[Key] = this;
}

/// <summary>How an answer may be cached.</summary>
/// <param name="Partition">Which callers share it: one user, or all users of a plan.</param>
public sealed record CacheTerms(string Partition);
