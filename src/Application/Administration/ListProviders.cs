using CleanLlm.Application.Ai;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>How the AI providers are doing, as this instance sees them.</summary>
public sealed record ListProviders : IRequest<Result<IReadOnlyList<ProviderDto>>>;

internal sealed class ListProvidersHandler(IProviderStates providers) : IRequestHandler<ListProviders, Result<IReadOnlyList<ProviderDto>>>
{
    public async Task<Result<IReadOnlyList<ProviderDto>>> Handle(ListProviders request, CancellationToken cancellationToken) =>
        Result<IReadOnlyList<ProviderDto>>.Success(await providers.ReadAsync(cancellationToken));
}
