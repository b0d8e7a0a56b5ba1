using System.Text;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>Finds the completion that a repeated request has made already.</summary>
internal sealed class CompletionReplay(IIdempotencyKeys keys, IKeyedHash hash, CompletionAccess access, AbandonedCompletions abandoned)
{
    /// <summary>What is stored of the request: hashes only, as the request holds a prompt.</summary>
    public async ValueTask<IdempotentRequest> HashAsync(RepeatableRequest request, CancellationToken ct) => new(
        await hash.ComputeAsync(HashPurpose.IdempotencyKey, Encoding.ASCII.GetBytes(request.Key), ct),
        await hash.ComputeAsync(HashPurpose.IdempotencyKey, request.Content, ct));

    /// <summary>The completion made before, or what there is of it to go on with; an error when the request's key was used for another one.</summary>
    public async Task<Result<EarlierRun>> FindAsync(CompletionRequest request, CancellationToken ct)
    {
        if (request.Idempotency is not { } repeatable || await keys.FindAsync(request.UserId, repeatable.KeyHash, ct) is not { } known)
            return EarlierRun.None;
        // The same request by an API key that does not reach what it made is another one.
        if (!known.RequestHash.AsSpan().SequenceEqual(repeatable.RequestHash) || !await access.AllowsAsync(known.CompletionId, ct))
            return CompletionErrors.KeyReused;

        // Its instance may be gone: then what it had shown decides whether this is a repetition or the first answer.
        await abandoned.CloseOfAsync(request.UserId, ct);
        return await keys.FreeAsync(known, ct) is { } freed
            ? EarlierRun.None with { Question = freed.Question }
            : new EarlierRun(new StartedCompletion(known.CompletionId, known.UserId, Run: null));
    }
}

/// <summary>What the same request has made before.</summary>
/// <param name="Completion">The completion, which is shown again; null when the request is to run.</param>
internal sealed record EarlierRun(StartedCompletion? Completion)
{
    /// <summary>The request is new.</summary>
    public static readonly EarlierRun None = new(Completion: null);

    /// <summary>The question in its chat that an interrupted run left without an answer; null when there is none.</summary>
    public MessageId? Question { get; init; }
}
