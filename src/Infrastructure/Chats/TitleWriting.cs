using CleanLlm.Application.Chats.Titles;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Chats;

/// <summary>Titles the chats that wait in the <see cref="TitleQueue"/>, a few at once.</summary>
internal sealed partial class TitleWriting(TitleQueue queue, IServiceScopeFactory scopes, ILogger<TitleWriting> logger) : BackgroundService
{
    // Titles must not crowd out calls at the provider that users wait for.
    private const int TitlesAtOnce = 4;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        queue.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = TitlesAtOnce, CancellationToken = stoppingToken },
        WriteAsync);

    private async ValueTask WriteAsync(TitleChat request, CancellationToken ct)
    {
        if (queue.TakeDropped() is > 0 and var dropped)
            LogDropped(dropped);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, ct);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            LogFailed(fault);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} chats went without a title: the queue was full")]
    private partial void LogDropped(int count);

    [LoggerMessage(LogLevel.Warning, "A chat went without a title")]
    private partial void LogFailed(Exception fault);
}
