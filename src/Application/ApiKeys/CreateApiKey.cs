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

/// <summary>Makes an API key for the caller.</summary>
/// <param name="Name">What they call it.</param>
/// <param name="Scopes">What it may be used for; null means everything a key can.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="MonthlyTokenLimit">The most tokens of a calendar month; null for no limit of its own.</param>
public sealed record CreateApiKey(string Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, long? MonthlyTokenLimit)
    : IRequest<Result<ApiKeyRevealed>>;

internal sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKey>
{
    public CreateApiKeyValidator()
    {
        RuleFor(request => request.Name).NotEmpty().MaximumLength(ApiKey.NameMaxLength);
        RuleFor(request => request.Scopes)
            .Must(scopes => scopes is null || ApiKeyScopeNames.Parse(scopes) is not null)
            .WithMessage($"Each one of: {string.Join(", ", ApiKeyScopeNames.Of(ApiKeyScopeNames.All))}.");
    }
}

internal sealed class CreateApiKeyHandler(IApiKeyRepository keys, IKeyedHash hash, IAuditTrail audit, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<CreateApiKey, Result<ApiKeyRevealed>>
{
    public async Task<Result<ApiKeyRevealed>> Handle(CreateApiKey request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var secret = ApiKeySecret.New(ApiKeyId.New(now));
        var scopes = request.Scopes is { } names ? ApiKeyScopeNames.Parse(names)!.Value : ApiKeyScopeNames.All;
        var created = ApiKey.Create(
            user.Id,
            secret.Id,
            new ApiKeyTerms(request.Name, scopes, request.ExpiresAt, request.MonthlyTokenLimit),
            await secret.HashAsync(hash, ct),
            now);
        if (!created.IsSuccess)
            return created.Error;

        audit.Add(new AuditEvent(AuditActions.KeyCreated, user.Id.Value, secret.Id.Value));
        return await keys.AddAsync(created.Value, ct) is { } refusal ? refusal : new ApiKeyRevealed(ApiKeyDto.From(created.Value, now), secret);
    }
}
