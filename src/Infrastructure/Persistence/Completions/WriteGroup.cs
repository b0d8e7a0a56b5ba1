using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Quotas;

namespace CleanLlm.Infrastructure.Persistence.Completions;

/// <summary>
/// The writes that go in one transaction: one of a completion, of a chat and under a key, so that each is decided by what the ones before it have
/// committed, and no more admissions than the limits of their counters could carry together.
/// </summary>
internal sealed class WriteGroup
{
    // In UTF-16 characters: a statement of many long answers would reach the bounds of the database.
    private const int MostText = 4 * 1024 * 1024;

    private readonly HashSet<CompletionId> completions = [];
    private readonly HashSet<ChatId> chats = [];
    private readonly HashSet<(UserId User, string Key)> keys = [];
    private readonly Dictionary<CounterKey, long> wanted = [];
    private readonly List<CompletionWrite> writes = [];
    private long text;

    /// <summary>How many are in it.</summary>
    public int Count => writes.Count;

    /// <summary>Takes one in; false where it has to wait for another group.</summary>
    public bool TryAdd(CompletionWrite write)
    {
        var chat = write.Completion.Turn?.ChatId;
        var key = write is AdmissionWrite && write.Completion.IdempotencyKey is { } repeatable
            ? (write.Completion.UserId, Convert.ToHexString(repeatable.KeyHash))
            : default;
        if (completions.Contains(write.Completion.Id) || (chat is { } taken && chats.Contains(taken)) || keys.Contains(key) || !HasRoomFor(write))
            return false;

        writes.Add(write);
        text += write.TextLength;
        completions.Add(write.Completion.Id);
        if (chat is { } own)
            chats.Add(own);
        if (key != default)
            keys.Add(key);
        foreach (var change in write.Changes.Where(change => change.Asks))
            wanted[change.Counter] = wanted.GetValueOrDefault(change.Counter) + change.Reserved;
        return true;
    }

    /// <summary>The writes, each with what its group wants of its counters.</summary>
    public IReadOnlyList<CompletionWrite> Close()
    {
        foreach (var change in writes.SelectMany(write => write.Changes).Where(change => change.Asks))
            change.WantedByGroup = wanted[change.Counter];
        return writes;
    }

    // The first write, also of a counter, is always accepted; the database decides whether it fits.
    private bool HasRoomFor(CompletionWrite write) => (writes.Count == 0 || text + write.TextLength <= MostText) && write.Changes.All(change =>
        !change.Asks || !wanted.TryGetValue(change.Counter, out var others) || others <= change.Most - change.Reserved);
}
