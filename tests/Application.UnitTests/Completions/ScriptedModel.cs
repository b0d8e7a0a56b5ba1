using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>A model that says what the test tells it to, when the test tells it to.</summary>
internal sealed class ScriptedModel : IChatRouter
{
    private readonly Channel<object> script = Channel.CreateUnbounded<object>();

    /// <summary>Whether it has just come to its end when it is told to stop.</summary>
    public bool EndsWhenStopped { get; set; }

    /// <summary>What its calls wait for after their last piece.</summary>
    public Task Farewell { get; set; } = Task.CompletedTask;

    /// <summary>How many calls were for the whole answer at once.</summary>
    public int WholeCalls { get; private set; }

    /// <summary>How many pieces of answers were taken.</summary>
    public int Taken { get; private set; }

    /// <summary>What it was asked, call by call.</summary>
    public List<(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)> Calls { get; } = [];

    /// <summary>The candidates, call by call.</summary>
    public List<RoutedCall> Routed { get; } = [];

    public ScriptedModel Says(params string[] pieces)
    {
        foreach (var piece in pieces)
            Put(new ChatResponseUpdate(ChatRole.Assistant, piece));
        return this;
    }

    /// <summary>Pieces that are all there when the first one is taken.</summary>
    public ScriptedModel SaysAtOnce(params string[] pieces) => Put(Array.ConvertAll(pieces, piece => new ChatResponseUpdate(ChatRole.Assistant, piece)));

    /// <summary>One piece that says how the answer ends.</summary>
    public ScriptedModel SaysLast(string piece) => Put(new ChatResponseUpdate(ChatRole.Assistant, piece) { FinishReason = ChatFinishReason.Stop });

    public ScriptedModel Reasons(string piece, string field = ReasoningFields.Content) => Tells(ReasoningFields.Piece(piece, field));

    public ScriptedModel Tells(params AIContent[] contents) => Put(new ChatResponseUpdate(ChatRole.Assistant, contents));

    public ScriptedModel Wants(ToolCallFragment piece) => Put(new ChatResponseUpdate(ChatRole.Assistant, [piece]));

    public ScriptedModel Reports(long promptTokens, long completionTokens)
    {
        var usage = new UsageContent(new UsageDetails { InputTokenCount = promptTokens, OutputTokenCount = completionTokens });
        return Put(new ChatResponseUpdate(ChatRole.Assistant, [usage]));
    }

    public ScriptedModel Ends(ChatFinishReason? reason = null) => Finishes((reason ?? ChatFinishReason.Stop).Value).Closes();

    /// <summary>Tells why the answer ends, or nothing.</summary>
    public ScriptedModel Finishes(string? reason) => Put(new ChatResponseUpdate { FinishReason = reason is null ? null : new ChatFinishReason(reason) });

    /// <summary>Nothing more comes.</summary>
    public ScriptedModel Closes()
    {
        script.Writer.Complete();
        return this;
    }

    public ScriptedModel Throws(Exception exception) => Put(exception);

    public async Task<ChatResponse> GetResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, CancellationToken ct)
    {
        WholeCalls++;
        return await GetStreamingResponseAsync(messages, options, call, ct).ToChatResponseAsync(ct);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions options, RoutedCall call, [EnumeratorCancellation] CancellationToken ct)
    {
        Calls.Add(([.. messages], options));
        Routed.Add(call);
        if (EndsWhenStopped)
        {
            await using var stopped = ct.UnsafeRegister(static model => ((ScriptedModel)model!).Ends(), this);
            await foreach (var next in script.Reader.ReadAllAsync(CancellationToken.None))
                yield return (ChatResponseUpdate)next;
            yield break;
        }

        try
        {
            await foreach (var next in script.Reader.ReadAllAsync(ct))
            {
                Taken++;
                foreach (var update in next is Exception exception ? throw exception : next as ChatResponseUpdate[] ?? [(ChatResponseUpdate)next])
                    yield return update;
            }
        }
        finally
        {
            await Farewell;
        }
    }

    private ScriptedModel Put(object next)
    {
        script.Writer.TryWrite(next).Should().BeTrue();
        return this;
    }
}
