using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions.Running;

/// <summary>
/// Puts the tool calls of an answer together from their pieces and decides once, for all readers and for what is stored, which call a
/// piece belongs to and which id it has. Providers leave out ids and indexes, repeat them, or number all their calls 0.
/// A checkpoint may read the calls while they grow.
/// </summary>
/// <param name="newSteps">Makes what name and arguments of a call pass through on their way to readers.</param>
/// <param name="newId">Makes the id of a call to which the provider gives none; by default a random one.</param>
internal sealed class ToolCallBuffer(Func<AnswerStrand, AnswerChain> newSteps, Func<string>? newId = null)
{
    /// <summary>Calls of one answer.</summary>
    public const int Most = 128;

    private const string IdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 24;

    private readonly Lock gate = new();
    private readonly List<GrowingToolCall> begun = [];
    private readonly List<GrowingToolCall> shown = [];
    private readonly Dictionary<int, GrowingToolCall> byIndex = [];
    private readonly Dictionary<string, GrowingToolCall> byId = new(StringComparer.Ordinal);

    /// <summary>Their size in UTF-8, for whoever appends.</summary>
    public long Bytes { get; private set; }

    /// <summary>As far as they have come, in the order in which they were shown. A call without a name cannot be made and is none.</summary>
    public IReadOnlyList<ToolCall> Calls
    {
        get
        {
            lock (gate)
                return [.. shown.Select(call => call.ToToolCall())];
        }
    }

    /// <summary>Names and arguments as the model wrote them, which is what it is paid for.</summary>
    public IReadOnlyList<string> Written
    {
        get
        {
            lock (gate)
                return [.. shown.SelectMany(call => call.Written)];
        }
    }

    /// <summary>Whether there are more calls than any answer may hold, for whoever appends.</summary>
    public bool IsOverfull => begun.Count > Most;

    /// <summary>Adds a piece.</summary>
    /// <returns>
    /// What readers are shown of it: the first piece of a call has its id, its name and all of the arguments so far, later ones have
    /// more arguments. Null while there is nothing to show: a call is held back until its name is known.
    /// </returns>
    public ToolCallDelta? Append(ToolCallFragment piece)
    {
        var (id, name) = (Told(piece.Id), Told(piece.Name));
        lock (gate)
        {
            var call = CallOf(piece.Index, id, name, piece.Arguments ?? "");
            call.Name ??= name;
            var added = call.Add(piece.Arguments ?? "", piece.ExtraContent?.GetRawText());
            Bytes += Size(piece.Arguments) + Size(piece.Name) + Size(piece.Id) + (piece.ExtraContent is null ? 0 : Size(call.ExtraContent));
            if (!call.IsKnown)
                return null;
            if (call.Id is null)
                return Show(call);
            return added.Length == 0 && piece.ExtraContent is null
                ? null
                : new ToolCallDelta(shown.IndexOf(call), null, null, added) { ExtraContent = piece.ExtraContent is null ? null : call.ExtraContent };
        }
    }

    /// <summary>The model has said all it will.</summary>
    /// <returns>What readers are still to be shown of what was held back.</returns>
    public IReadOnlyList<ToolCallDelta> Flush()
    {
        lock (gate)
        {
            return [.. shown.Select((call, index) => new ToolCallDelta(index, null, null, call.Flush())).Where(delta => delta.Arguments.Length > 0)];
        }
    }

    private ToolCallDelta Show(GrowingToolCall call)
    {
        call.Id = call.ProviderId is { } own && !shown.Exists(other => other.Id == own) ? own : (newId ?? RandomId)();
        shown.Add(call);
        return new ToolCallDelta(shown.Count - 1, call.Id, call.ShownName, call.Arguments) { ExtraContent = call.ExtraContent };
    }

    private GrowingToolCall CallOf(int index, string? id, string? name, string more)
    {
        var call = Known(index, id, name, out var isOtherId);
        if (call is null && id is null && name is null && begun is [.., { IsOver: false } open])
            call = open;
        else if (call is null || (isOtherId ? call.EndsBefore(name) : call.EndsBefore(id, name, more)))
            call = Begin(id, isTentative: call is not null && id is null && name == call.Name && string.IsNullOrWhiteSpace(more));
        else if (id is null && name is null && call.IsOver && begun is [.., { IsOver: false } last])
            call = last;

        byIndex[index] = call;
        if (id is not null)
            byId[id] = call;
        return call;
    }

    // The index decides, then the id: one of them may be the same for all calls, or change from piece to piece.
    private GrowingToolCall? Known(int index, string? id, string? name, out bool isOtherId)
    {
        var atIndex = byIndex.GetValueOrDefault(index);
        isOtherId = false;
        if (id is null || atIndex?.ProviderId == id)
            return atIndex;
        if (byId.TryGetValue(id, out var call) && (atIndex is not null || name is null || name == call.Name))
            return call;
        isOtherId = true;
        return atIndex;
    }

    private GrowingToolCall Begin(string? id, bool isTentative)
    {
        var call = new GrowingToolCall(id, isTentative, newSteps);
        begun.Add(call);
        return call;
    }

    private static string? Told(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string RandomId() => "call_" + RandomNumberGenerator.GetString(IdLetters, IdLength);

    private static int Size(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
