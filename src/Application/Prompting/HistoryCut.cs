using System.Buffers.Binary;
using CleanLlm.Domain.Chats;

namespace CleanLlm.Application.Prompting;

/// <summary>
/// Where the history of a prompt begins when not all of it fits. It is cut in blocks: of the questions at which it may begin, the one whose id
/// is lowest in its random part, whatever turn it is. So the cut stays where it is until that question no longer fits, the beginning of the
/// prompt stays the same for many turns, and a provider finds it in its cache. Nothing has to be remembered, and every instance cuts alike.
/// </summary>
internal static class HistoryCut
{
    /// <summary>The most messages of a history that are sent. A reader gives some more, so that the end of a summary stays in sight.</summary>
    public const int MostMessages = 192;

    // What stays is at least one part in so many of what would fit.
    private const int LeastShare = 2;

    /// <summary>The first message that is sent: always a question, so that no answer stands without its own.</summary>
    /// <param name="history">Oldest first.</param>
    /// <param name="costs">What each takes; more than fits for those that are not to be looked at.</param>
    /// <param name="used">What is taken already.</param>
    /// <param name="most">What all may take together.</param>
    /// <returns>Its place; that of the first question where all fit, and the number of messages where none does.</returns>
    public static int Find(IReadOnlyList<Utterance> history, ReadOnlySpan<int> costs, int used, int most)
    {
        var (oldest, chosen) = (history.Count, history.Count);
        long total = used;
        for (var i = history.Count - 1; i >= 0; i--)
        {
            total += costs[i];
            if (total > most)
                return chosen < history.Count ? chosen : oldest;
            if (history[i].Role != MessageRole.User)
                continue;
            oldest = i;
            if (total >= most / LeastShare && (chosen == history.Count || Rank(history[i]) <= Rank(history[chosen])))
                chosen = i;
        }

        // What has no question at all stays as it is.
        return oldest < history.Count ? oldest : 0;
    }

    /// <summary>The same, by the number of messages alone.</summary>
    /// <param name="history">Oldest first.</param>
    /// <param name="most">The most messages.</param>
    public static int FindByNumber(IReadOnlyList<Utterance> history, int most)
    {
        Span<int> each = history.Count <= MaxStack ? stackalloc int[history.Count] : new int[history.Count];
        each.Fill(1);
        return Find(history, each, used: 0, most);
    }

    private const int MaxStack = 256;

    // Ids are UUIDs of version 7, whose last 62 bits are random.
    private static ulong Rank(Utterance message)
    {
        Span<byte> id = stackalloc byte[16];
        return message.Id is { Value: var value } && value.TryWriteBytes(id, bigEndian: true, out _) ? BinaryPrimitives.ReadUInt64BigEndian(id[8..]) : 0;
    }
}
