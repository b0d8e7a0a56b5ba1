using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions;

/// <summary>Puts the tool calls of an answer together from their pieces.</summary>
internal sealed class ToolCallBuffer
{
    private readonly SortedList<int, Call> calls = [];

    /// <summary>Their size in UTF-8.</summary>
    public long Bytes { get; private set; }

    /// <summary>As far as they have come, in the order of their index.</summary>
    public IReadOnlyList<ToolCall> Calls => [.. calls.Values.Select(call => new ToolCall(call.Id, call.Name, call.Arguments.ToString()))];

    public void Append(ToolCallFragment piece)
    {
        if (!calls.TryGetValue(piece.Index, out var call))
            calls.Add(piece.Index, call = new Call());
        call.Id = piece.Id ?? call.Id;
        call.Name = piece.Name ?? call.Name;
        call.Arguments.Append(piece.Arguments);
        Bytes += Encoding.UTF8.GetByteCount(piece.Arguments ?? "") + Encoding.UTF8.GetByteCount(piece.Name ?? "");
    }

    private sealed class Call
    {
        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
