using CleanLlm.Application.Chats.Background;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Chats;

/// <summary>Does what waits in a queue, a few at once.</summary>
/// <typeparam name="TRequest">The use case that does it.</typeparam>
internal abstract partial class BackgroundWriting<TRequest>(BackgroundQueue<TRequest> queue, string work, IServiceScopeFactory scopes, ILogger logger) : BackgroundService
    where TRequest : IBaseRequest
{
    // They must not crowd out calls at the provider that users wait for.
    private const int AtOnce = 4;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        queue.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
        WriteAsync);

    // A fault costs one chat its text; the next one gets its own.
    private async ValueTask WriteAsync(TRequest request, CancellationToken ct)
    {
        if (queue.TakeDropped() is > 0 and var dropped)
            LogDropped(logger, dropped, work);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await SendAsync(scope.ServiceProvider.GetRequiredService<IMediator>(), request, ct);
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            LogFailed(logger, fault, work);
        }
    }

    /// <summary>Runs the use case.</summary>
    protected abstract Task SendAsync(IMediator mediator, TRequest request, CancellationToken ct);

    [LoggerMessage(LogLevel.Warning, "{Count} chats went without a {Work}: the queue was full")]
    private static partial void LogDropped(ILogger logger, int count, string work);

    [LoggerMessage(LogLevel.Warning, "A chat went without a {Work}")]
    private static partial void LogFailed(ILogger logger, Exception fault, string work);
}
