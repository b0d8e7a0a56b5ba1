using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CleanLlm.WebApi.FunctionalTests.Secrecy;

/// <summary>Records all that the process says of itself: every log line of every category at every level, and every tag of every trace.</summary>
internal sealed class Recording : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ActivityListener listener;

    public Recording()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Record,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>All of it so far.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Record(state);
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        Record(state);
    }

    public void Dispose() => listener.Dispose();

    // What structured logging hands on beside the text.
    private void Record(object? state)
    {
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
            lines.Enqueue(string.Join(' ', values.Select(value => $"{value.Key}={value.Value}")));
    }

    private void Record(Activity activity) => lines.Enqueue(
        $"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Concat(activity.Events.SelectMany(e => e.Tags)).Select(tag => $"{tag.Key}={tag.Value}"))}");
}
