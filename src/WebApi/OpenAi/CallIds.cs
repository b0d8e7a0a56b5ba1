using System.Globalization;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Which calls of a message still wait for their result. Some servers leave the ids of calls empty, and clients send them back so: such
/// calls get an id here, and results without one belong to them in their order.
/// </summary>
internal sealed class CallIds
{
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> unnamed = new();
    private int made;

    /// <summary>Whether there are any.</summary>
    public bool AnyWaiting => waiting.Count > 0;

    /// <summary>A call was made; gives the id that it goes by.</summary>
    public string Make(string id)
    {
        if (id.Length == 0)
            unnamed.Enqueue(id = string.Create(CultureInfo.InvariantCulture, $"call_without_id_{++made}"));
        waiting.Add(id);
        return id;
    }

    /// <summary>A result came; gives the id of its call, or null when there is none that waits.</summary>
    public string? Answer(string id)
    {
        var own = id.Length > 0 ? id : unnamed.TryDequeue(out var next) ? next : id;
        return waiting.Remove(own) ? own : null;
    }
}
