using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Judges an answer as it comes. Nothing of it is handed on before it says something, so that a provider which fails, or says nothing
/// at all, can still be replaced by another one.
/// </summary>
internal sealed class AnswerProgress
{
    private const string ReportedFailure = "The provider reported a failure inside its answer.";

    private List<AIContent>? heldBack;
    private UsageDetails? usage;
    private UsageDetails? timings;
    private ChatFinishReason? finish;
    private long heldBytes;
    private bool hasChoice;
    private bool hasBegun;
    private bool hasDeltas;
    private bool hasCalls;
    private bool hasFields;
    private bool hasText;
    private bool hasReasoning;

    /// <summary>It may be all there is: the server has said why it ended, and nothing that came later goes on with it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Nothing but the end mark is to come: after the reason came the usage by itself, which counts the whole answer.</summary>
    public bool IsCounted { get; private set; }

    /// <summary>All of an answer in one document. Servers that write their events line by line have several; anything else behind it is left out.</summary>
    /// <exception cref="ProviderException">It is no answer.</exception>
    public static IEnumerable<ChatResponseUpdate> OfDocument(ReadOnlySpan<byte> json, IAnswerReader reader)
    {
        var progress = new AnswerProgress();
        List<ChatResponseUpdate?> updates = [];
        try
        {
            for (var isFirst = true; isFirst || json is [(byte)'{', ..]; isFirst = false)
            {
                var read = reader.Read(ref json, isDocument: true);
                if (read.Kind == AnswerEventKind.Unreadable && !isFirst)
                    break;
                updates.Add(progress.Take(read));
                json = json.TrimStart(" \t\r\n"u8);
            }

            updates.Add(progress.End(isMarked: true));
        }
        catch (ProviderException thrown) when (thrown.Failure == ProviderFailure.CutOff)
        {
            // Nothing of it has been handed on.
            throw new ProviderException(ProviderFailure.BadAnswer, thrown.Message);
        }

        return updates.OfType<ChatResponseUpdate>();
    }

    /// <summary>Takes in an event, or a document.</summary>
    /// <returns>What of it is to be handed on; null for nothing.</returns>
    /// <exception cref="ProviderException">It reports a failure, or something is missing.</exception>
    public ChatResponseUpdate? Take(in AnswerEvent read)
    {
        if (read.Kind == AnswerEventKind.Failure || read.Finish == FinishReasons.Failed)
            throw hasBegun ? Broken(ReportedFailure) : read.Error.ToException() ?? Broken(ReportedFailure);
        if (read.Kind == AnswerEventKind.Unreadable)
            return IsWhole ? null : throw Broken("The provider's answer is not the expected JSON.");

        var contents = read is { IsWhole: true, Contents: not null } && hasDeltas ? New(read.Contents) : read.Contents;
        var speaks = read.Speaks && contents is not null;
        hasChoice |= read.HasChoice;
        hasDeltas |= speaks && !read.IsWhole;
        IsWhole = read.Finish is not null || (IsWhole && !speaks);
        IsCounted = IsWhole && (IsCounted || (read.Usage is not null && !read.HasChoice));
        finish = read.Finish ?? finish;
        timings = read.Timings ?? timings;
        usage = UsageFigures.Merge(usage, read.Usage);
        // What was held back goes with the first thing that is said.
        var begins = speaks && !hasBegun;
        hasBegun |= speaks;
        return HandOn(contents, begins ? finish : read.Finish, begins || read.Usage is not null ? usage : null);
    }

    /// <summary>Nothing more comes.</summary>
    /// <param name="isMarked">The server has said so.</param>
    /// <returns>What is still to be handed on; null for nothing.</returns>
    /// <exception cref="ProviderException">It is no answer, or only a part of one.</exception>
    public ChatResponseUpdate? End(bool isMarked)
    {
        if (!hasChoice)
            throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer holds no choice.");
        if (!isMarked && !IsWhole)
            throw new ProviderException(ProviderFailure.CutOff, "The provider's stream ended without its end mark.");
        if (hasBegun)
            return usage is null && timings is not null ? HandOn(null, null, timings) : null;
        if (!FinishReasons.ExplainsSilence(finish))
            throw new ProviderException(ProviderFailure.BadAnswer, "The provider's answer says nothing.");
        hasBegun = true;
        return HandOn(null, finish, usage ?? timings);
    }

    private ChatResponseUpdate? HandOn(List<AIContent>? contents, ChatFinishReason? reason, UsageDetails? counted)
    {
        if (!hasBegun)
        {
            if (contents is not null)
                HoldBack(contents);
            return null;
        }

        if (contents is null && reason is null && counted is null)
            return null;
        contents ??= new List<AIContent>(1);
        if (heldBack is not null)
            (contents, heldBack) = ([.. heldBack, .. contents], null);
        if (counted is not null)
            contents.Add(new UsageContent(counted));
        Note(contents);
        return new ChatResponseUpdate(ChatRole.Assistant, contents) { FinishReason = reason };
    }

    private void HoldBack(List<AIContent> contents)
    {
        heldBytes += AnswerSize.Of(contents);
        if (heldBytes > AnswerStream.MaxPartBytes)
            throw new ProviderException(ProviderFailure.TooLong, "What the provider sends before its answer is larger than allowed.");
        (heldBack ??= []).AddRange(contents);
    }

    private void Note(List<AIContent> contents)
    {
        // By index: an enumerator of the list would be one more object a token.
        for (var i = 0; i < contents.Count; i++)
        {
            hasCalls |= contents[i] is ToolCallFragment;
            hasFields |= contents[i] is MessageField;
            hasText |= contents[i] is TextContent;
            hasReasoning |= contents[i] is TextReasoningContent;
        }
    }

    /// <summary>Of a whole message after its pieces only what they did not have; some servers end with it.</summary>
    private List<AIContent>? New(List<AIContent> message)
    {
        var more = message.FindAll(content => content switch
        {
            ToolCallFragment => !hasCalls,
            MessageField => !hasFields,
            TextContent => !hasText,
            TextReasoningContent => !hasReasoning,
            _ => false,
        });
        return more.Count > 0 ? more : null;
    }

    private ProviderException Broken(string message) => new(hasBegun ? ProviderFailure.CutOff : ProviderFailure.BadAnswer, message);
}
