using CleanLlm.Application.Chats.Titles;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Chats;

/// <summary>Titles the chats that wait in the <see cref="TitleQueue"/>.</summary>
internal sealed class TitleWriting(TitleQueue queue, IServiceScopeFactory scopes, ILogger<TitleWriting> logger)
    : BackgroundWriting<TitleChat>(queue, "title", scopes, logger)
{
    protected override Task SendAsync(IMediator mediator, TitleChat request, CancellationToken ct) => mediator.Send(request, ct);
}
