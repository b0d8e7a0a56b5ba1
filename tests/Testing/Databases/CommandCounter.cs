using System.Collections.Concurrent;
using System.Diagnostics;

namespace CleanLlm.Testing.Databases;

/// <summary>Listens to the traces of Npgsql: every command or batch that goes to PostgreSQL, from any sender, is one round trip.</summary>
public sealed class CommandCounter : IDisposable
{
    private readonly ConcurrentQueue<string> commands = new();
    private readonly ActivityListener listener;

    public CommandCounter()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string sql)
                    commands.Enqueue(sql);
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The SQL of each round trip of one act.</summary>
    public async Task<IReadOnlyCollection<string>> DuringAsync(Func<Task> act)
    {
        commands.Clear();
        await act();
        return [.. commands];
    }

    public void Dispose() => listener.Dispose();
}
