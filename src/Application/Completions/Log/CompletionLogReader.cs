using CleanLlm.Application.Logs;

namespace CleanLlm.Application.Completions.Log;

/// <summary>A reader of a log in this process.</summary>
internal sealed class CompletionLogReader(AppendLogReader<CompletionEvent, EventBatch> reader) : ICompletionReader
{
    public ValueTask<EventBatch> NextAsync() => reader.NextAsync();

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
