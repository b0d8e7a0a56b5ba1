namespace CleanLlm.WebApi.Startup;

/// <summary>
/// Until the program has started, leaves what the framework logs of a failure to <see cref="StartFailure"/>: host, server and database
/// would each write it with a stack trace.
/// </summary>
internal sealed class StartingLogs
{
    private const string Framework = "Microsoft.";

    private volatile bool isStarted;

    /// <summary>Registers it; levels stay those of the configuration.</summary>
    public static void Register(IServiceCollection services)
    {
        var logs = new StartingLogs();
        services.PostConfigure<LoggerFilterOptions>(logs.Apply);
        services.AddHostedService(provider => new Ending(logs, provider.GetRequiredService<IHostApplicationLifetime>()));
    }

    private void Apply(LoggerFilterOptions options)
    {
        if (!options.Rules.Any(rule => rule.ProviderName is null && rule.CategoryName is null))
            options.Rules.Add(new LoggerFilterRule(providerName: null, categoryName: null, options.MinLevel, filter: null));
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var (rule, inner) = (options.Rules[i], options.Rules[i].Filter);
            options.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                IsTold(category, level) && inner?.Invoke(provider, category, level) != false);
        }
    }

    private bool IsTold(string? category, LogLevel level) =>
        isStarted || level < LogLevel.Error || category?.StartsWith(Framework, StringComparison.Ordinal) != true;

    private sealed class Ending(StartingLogs logs, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(() => logs.isStarted = true);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
