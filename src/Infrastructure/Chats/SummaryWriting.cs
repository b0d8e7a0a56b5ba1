using CleanLlm.Application.Chats.Summaries;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Chats;

/// <summary>Summarises the chats that wait in the <see cref="SummaryQueue"/>.</summary>
internal sealed class SummaryWriting(SummaryQueue queue, IServiceScopeFactory scopes, ILogger<SummaryWriting> logger)
    : BackgroundWriting<SummarizeChat>(queue, "summary", scopes, logger)
{
    protected override Task SendAsync(IMediator mediator, SummarizeChat request, CancellationToken ct) => mediator.Send(request, ct);
}
