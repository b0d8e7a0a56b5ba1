using CleanLlm.Domain.Results;
using MediatR;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.Pipeline;

/// <summary>Logs the name and outcome of every use case; never what it was given.</summary>
internal sealed partial class LoggingBehavior<TRequest, TResponse>(ILogger<LoggingBehavior<TRequest, TResponse>> logger)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IFailable<TResponse>
{
    private static readonly string Name = typeof(TRequest).Name;

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var response = await next();
        if (response.Error is { } error)
            LogRefused(logger, Name, error.Code);
        else
            LogDone(logger, Name);
        return response;
    }

    [LoggerMessage(LogLevel.Debug, "{UseCase} done")]
    private static partial void LogDone(ILogger logger, string useCase);

    [LoggerMessage(LogLevel.Information, "{UseCase} refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string useCase, string code);
}
