using System.Threading.RateLimiting;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>
/// A configured provider as the router sees it: whether it may be asked now, and how it has been doing. What says something about one of
/// its models only is kept with the model.
/// </summary>
internal sealed partial class RoutedProvider : IDisposable
{
    private readonly ILogger<RoutedProvider> logger;
    private readonly TimeProvider clock;

    public RoutedProvider(ProviderOptions options, BreakerOptions breaker, TimeProvider clock, ILogger<RoutedProvider> logger)
    {
        (this.logger, this.clock) = (logger, clock);
        Options = options;
        Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        Health = new ProviderHealth(clock);
        Bulkhead = new ProviderBulkhead(options, clock);
        Connections = new ConnectionBreaker(breaker, clock, NoteConnections);
        Models = new ModelStates(clock, id => new RoutedModel(id, breaker, clock, NoteModel));
    }

    /// <summary>How it is configured.</summary>
    public ProviderOptions Options { get; }

    /// <summary>Its name.</summary>
    public string Name => Options.Name;

    /// <summary>The longest a call of it may take.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>How its last calls went.</summary>
    public ProviderHealth Health { get; }

    /// <summary>Its calls under way and those that wait.</summary>
    public ProviderBulkhead Bulkhead { get; }

    /// <summary>Its breaker: connections that fail and a credential that is refused close all of its models.</summary>
    public ConnectionBreaker Connections { get; }

    /// <summary>What is known of its models.</summary>
    public ModelStates Models { get; }

    /// <summary>Takes a place and the tickets of both breakers, or nothing.</summary>
    /// <param name="model">The model to ask.</param>
    /// <param name="place">A place that was waited for; null to take one if there is one.</param>
    public ProviderLease? TryEnter(RoutedModel model, RateLimitLease? place)
    {
        if ((place ?? Bulkhead.TryEnter()) is not { } taken)
            return null;
        // The model first: the provider's only trial must not be spent on a model that lets no call through.
        if (!(Connections.Circuit.OpenUntil > clock.GetUtcNow())
            && model.Breaker.TryEnter() is { } ticket
            && Connections.TryEnter(out var connection))
            return new ProviderLease(taken, ticket, connection);
        taken.Dispose();
        return null;
    }

    public void Dispose() => Bulkhead.Dispose();

    private void NoteConnections(bool opened)
    {
        if (opened)
            LogClosedOff(Name, Health.Trend.LastFailure);
        else
            LogReachable(Name);
    }

    private void NoteModel(RoutedModel model, bool opened)
    {
        if (opened)
            LogOpen(model.Id, Name, model.Trend.LastFailure);
        else
            LogClosed(model.Id, Name);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} cannot be reached or refuses our credential, lastly {Failure}, and is not asked for a while")]
    private partial void LogClosedOff(string provider, ProviderFailure? failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Provider {Provider} can be reached again")]
    private partial void LogReachable(string provider);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} of provider {Provider} keeps failing, lastly by {Failure}, and is not asked for a while")]
    private partial void LogOpen(string model, string provider, ProviderFailure? failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model} of provider {Provider} works again")]
    private partial void LogClosed(string model, string provider);
}

/// <summary>What a call holds while it is with a provider.</summary>
/// <param name="Place">Its place in the bulkhead.</param>
/// <param name="Model">The ticket of the model's breaker.</param>
/// <param name="Connection">The ticket of the provider's breaker; null while that is not watched.</param>
internal readonly record struct ProviderLease(RateLimitLease Place, BreakerTicket Model, BreakerTicket? Connection)
{
    /// <summary>An answer has begun: a trial is over, or no other call could use what works again for as long as a stream lasts.</summary>
    public void EndTrial()
    {
        if (Model.IsProbe)
            Model.Close(succeeded: true);
        if (Connection is { IsProbe: true })
            Connection.Close(succeeded: true);
    }
}
