namespace CleanLlm.Testing.Upstream;

/// <summary>What <see cref="ScriptedUpstream"/> saw and charged of one model.</summary>
public sealed class UpstreamModel
{
    /// <summary>What has not happened by then never will: a test fails by its name instead of hanging.</summary>

    private readonly Lock changing = new();
    private readonly List<UpstreamCall> calls = [];
    private readonly List<(Func<bool> Reached, TaskCompletionSource Waiter)> waiters = [];
    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it answers instead of its script; null for the script.</summary>
    public RawAnswer? Raw { get; set; }

    /// <summary>The calls that arrived, retries included, oldest first.</summary>
    public IReadOnlyList<UpstreamCall> Calls
    {
        get
        {
            lock (changing)
                return [.. calls];
        }
    }

    /// <summary>What a call is answered in place of the script; null, or what gives null, for the script.</summary>
    public Func<UpstreamCall, (int Status, string Body)?>? Refusal { get; set; }

    /// <summary>The calls that are being answered now.</summary>
    public int Answering { get; private set; }

    /// <summary>The calls that clients left before their end.</summary>
    public int Abandoned { get; private set; }

    /// <summary>The prompt tokens charged: words of all messages of each answered call.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>The completion tokens charged: words written, also of answers that broke off.</summary>
    public long CompletionTokens { get; private set; }

    /// <summary>Completes when so many calls have arrived.</summary>
    public Task CallsReachAsync(int count) => ReachedAsync(() => calls.Count >= count);

    /// <summary>Completes when clients have left so many calls.</summary>
    public Task AbandonedReachAsync(int count) => ReachedAsync(() => Abandoned >= count);

    internal Task Gate => gate.Task;

    internal void Open() => gate.TrySetResult();

    /// <returns>The number of the call, from 1.</returns>
    internal int Begin(UpstreamCall call)
    {
        var number = 0;
        Change(() =>
        {
            calls.Add(call);
            Answering++;
            number = calls.Count;
        });
        return number;
    }

    internal void End() => Change(() => Answering--);

    internal void Abandon() => Change(() => Abandoned++);

    internal void Charge(int promptTokens, int completionTokens) => Change(() =>
    {
        PromptTokens += promptTokens;
        CompletionTokens += completionTokens;
    });

    private void Change(Action change)
    {
        lock (changing)
        {
            change();
            foreach (var (_, waiter) in waiters.Where(w => w.Reached()))
                waiter.TrySetResult();
            waiters.RemoveAll(w => w.Waiter.Task.IsCompleted);
        }
    }

    private Task ReachedAsync(Func<bool> reached)
    {
        lock (changing)
        {
            if (reached())
                return Task.CompletedTask;
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((reached, waiter));
            return waiter.Task.WaitAsync(Patience.Limit);
        }
    }
}
