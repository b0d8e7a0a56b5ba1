using AutoMapper;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>The providers that a front end can offer beside the password.</summary>
public sealed record ListExternalProviders : IRequest<Result<IReadOnlyList<ExternalProviderDto>>>;

internal sealed class ListExternalProvidersHandler(IExternalProviders providers, IMapper mapper)
    : IRequestHandler<ListExternalProviders, Result<IReadOnlyList<ExternalProviderDto>>>
{
    public Task<Result<IReadOnlyList<ExternalProviderDto>>> Handle(ListExternalProviders request, CancellationToken ct) =>
        Task.FromResult(Result<IReadOnlyList<ExternalProviderDto>>.Success(mapper.Map<List<ExternalProviderDto>>(providers.All)));
}

/// <summary>A provider to sign in with.</summary>
/// <param name="Name">Names it in addresses.</param>
/// <param name="DisplayName">What a person reads on the button.</param>
public sealed record ExternalProviderDto(string Name, string DisplayName);

internal sealed class ExternalProviderMapping : Profile
{
    public ExternalProviderMapping() => CreateMap<ExternalProvider, ExternalProviderDto>();
}
