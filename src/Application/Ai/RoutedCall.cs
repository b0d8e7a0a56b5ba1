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

    /// <summary>Who may answer, the most wanted first. Quota is reserved for the dearest of them.</summary>
    public required IReadOnlyList<Model> Candidates { get; init; }

    /// <summary>How the answer may be cached; null for not at all.</summary>
    public CacheTerms? Cache { get; init; }

    /// <summary>Who answered, or was asked last; null until somebody was.</summary>
    public Model? Served { get; set; }

    /// <summary>Whether the answer comes from the cache or from a call that somebody else pays for; for sure only once it has ended.</summary>
    public bool Cached { get; set; }

    /// <summary>The call that the options belong to; null when they were made without one.</summary>
    public static RoutedCall? Of(ChatOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out var call) == true ? call as RoutedCall : null;

    /// <summary>Lets the options carry it.</summary>
    public void AttachTo(ChatOptions options) => (options.AdditionalProperties ??= [])[Key] = this;
}

/// <summary>How an answer may be cached.</summary>
/// <param name="Partition">Among whom it is shared: a user, or all who have a plan.</param>
public sealed record CacheTerms(string Partition);
