using CleanLlm.Infrastructure.Persistence.Completions;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Groups;

/// <summary>Writes a group when it is told to.</summary>
internal sealed class HeldWriter : IGroupWriter
{
    public List<(IReadOnlyList<CompletionWrite> Members, TaskCompletionSource Written)> Groups { get; } = [];

    public List<CompletionWrite> Alone { get; } = [];

    /// <summary>The one that cannot be written.</summary>
    public CompletionWrite? Bad { get; set; }

    public Task WriteAsync(IReadOnlyList<CompletionWrite> group)
    {
        var written = new TaskCompletionSource();
        Groups.Add((group, written));
        return written.Task;
    }

    public Task WriteAloneAsync(CompletionWrite write)
    {
        Alone.Add(write);
        return write == Bad ? Task.FromException(new BrokenBySome()) : Task.CompletedTask;
    }

    public bool CanSplit(Exception fault) => fault is BrokenBySome;

    public void Commit(int group) => Groups[group].Written.SetResult();

    public void Break(int group, Exception fault) => Groups[group].Written.SetException(fault);

    public sealed class BrokenBySome : Exception;
}
