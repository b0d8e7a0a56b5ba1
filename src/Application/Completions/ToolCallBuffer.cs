using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions;

/// <summary>Puts the tool calls of an answer together from their pieces; a checkpoint may read them while they grow.</summary>
internal sealed class ToolCallBuffer
{
    /// <summary>Calls of one answer.</summary>
    public const int Most = 128;

    private readonly Lock gate = new();
    private readonly SortedList<int, Call> calls = [];
    private readonly Dictionary<int, int> places = [];

    /// <summary>Their size in UTF-8, for whoever appends.</summary>
    public long Bytes { get; private set; }

    /// <summary>As far as they have come, in the order of their index.</summary>
    public IReadOnlyList<ToolCall> Calls
    {
        get
        {
            lock (gate)
                return [.. calls.Values.Select(call => new ToolCall(call.Id, call.Name, call.Arguments.ToString()))];
        }
    }

    /// <summary>Whether there are more calls than any answer may hold, for whoever appends.</summary>
    public bool IsOverfull => calls.Count > Most;

    /// <summary>Adds a piece.</summary>
    /// <returns>Which call of the answer it belongs to. Some providers number all their calls 0: another id begins another call.</returns>
    public int Append(ToolCallFragment piece)
    {
        lock (gate)
        {
            var place = PlaceOf(piece);
            var call = calls[place];
            call.Id = piece.Id ?? call.Id;
            call.Name = piece.Name ?? call.Name;
            call.Arguments.Append(piece.Arguments);
            Bytes += Size(piece.Arguments) + Size(piece.Name) + Size(piece.Id);
            return place;
        }
    }

    private int PlaceOf(ToolCallFragment piece)
    {
        if (!places.TryGetValue(piece.Index, out var place) || (piece.Id is { Length: > 0 } id && calls[place].Id is { Length: > 0 } other && other != id))
        {
            places[piece.Index] = place = calls.Count;
            calls.Add(place, new Call());
        }

        return place;
    }

    private static int Size(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private sealed class Call
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
