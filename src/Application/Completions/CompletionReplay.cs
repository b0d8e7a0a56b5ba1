using System.Text;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions;

/// <summary>Finds the completion that a repeated request has made already.</summary>
internal sealed class CompletionReplay(IIdempotencyKeys keys, IKeyedHash hash, CompletionAccess access)
{
    /// <summary>What is stored of the request: hashes only, as the request holds a prompt.</summary>
    public async ValueTask<IdempotentRequest> HashAsync(RepeatableRequest request, CancellationToken ct) => new(
        await hash.ComputeAsync(HashPurpose.IdempotencyKey, Encoding.ASCII.GetBytes(request.Key), ct),
        await hash.ComputeAsync(HashPurpose.IdempotencyKey, request.Content, ct));

    /// <summary>The completion made before; null when the request is new; an error when its key was used for another one.</summary>
    public async Task<Result<StartedCompletion?>> FindAsync(CompletionRequest request, CancellationToken ct)
    {
        if (request.Idempotency is not { } repeatable || await keys.FindAsync(request.UserId, repeatable.KeyHash, ct) is not { } known)
            return Result<StartedCompletion?>.Success(null);
        // The same request by an API key that does not reach what it made is another one.
        return known.RequestHash.AsSpan().SequenceEqual(repeatable.RequestHash) && await access.AllowsAsync(known.CompletionId, ct)
            ? new StartedCompletion(known.CompletionId, known.UserId, Run: null)
            : CompletionErrors.KeyReused;
    }
}
