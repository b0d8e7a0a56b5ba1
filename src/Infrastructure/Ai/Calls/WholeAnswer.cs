using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Collects an answer that is wanted as a whole. Of figures and reasons that came more than once the last ones count.</summary>
internal sealed class WholeAnswer
{
    private readonly List<AIContent> contents = [];
    private readonly long mostBytes;
    private long bytes;

    /// <param name="model">The name to give it.</param>
    /// <param name="mostBytes">How large it may become.</param>
    public WholeAnswer(string? model, long mostBytes)
    {
        this.mostBytes = mostBytes;
        Response = new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { ModelId = model };
    }

    /// <summary>The answer.</summary>
    public ChatResponse Response { get; }

    /// <summary>Adds a piece; null adds nothing.</summary>
    /// <exception cref="ProviderException">It is larger than allowed.</exception>
    public void Add(ChatResponseUpdate? update)
    {
        if (update is null)
            return;
        bytes += AnswerSize.Of(update.Contents);
        if (bytes > mostBytes)
            throw new ProviderException(ProviderFailure.TooLong, "The provider's answer is larger than allowed.");
        Response.FinishReason = update.FinishReason ?? Response.FinishReason;
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
                Response.Usage = usage.Details;
            else
                contents.Add(content);
        }
    }
}
