using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Security;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.ApiKeys;

/// <summary>Gives one of the caller's API keys a new secret.</summary>
/// <param name="Id">Which key.</param>
/// <param name="OverlapSeconds">How long the former secret works on; 0 stops it at once.</param>
public sealed record RotateApiKey(ApiKeyId Id, int OverlapSeconds) : IRequest<Result<ApiKeyRevealed>>;

internal sealed class RotateApiKeyValidator : AbstractValidator<RotateApiKey>
{
    public RotateApiKeyValidator() =>
        RuleFor(request => request.OverlapSeconds).InclusiveBetween(0, (int)ApiKey.MaxOverlap.TotalSeconds);
}

internal sealed class RotateApiKeyHandler(
    IApiKeyRepository keys, IKeyedHash hash, IAccessStates access, IAuditTrail audit, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<RotateApiKey, Result<ApiKeyRevealed>>
{
    public async Task<Result<ApiKeyRevealed>> Handle(RotateApiKey request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var secret = ApiKeySecret.New(request.Id);
        var hashed = await secret.HashAsync(hash, ct);
        // Of two rotations at once the second one follows the first.
        while (await keys.FindAsync(request.Id, user.Id, ct) is { } key)
        {
            key.Rotate(hashed, TimeSpan.FromSeconds(request.OverlapSeconds), now);
            audit.Add(new AuditEvent(AuditActions.KeyRotated, user.Id.Value, key.Id.Value));
            if (!await keys.SaveAsync(key, ct))
                continue;
            // It is done, whether or not the caller is still there.
            await access.ForgetAsync(user.Id, CancellationToken.None);
            return new ApiKeyRevealed(ApiKeyDto.From(key, now), secret);
        }

        return ApiKeyErrors.NotFound;
    }
}
