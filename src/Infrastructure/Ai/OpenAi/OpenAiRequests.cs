using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>From the port's messages and options to OpenAI's.</summary>
internal static class OpenAiRequests
{
    private static readonly StreamOptions WithUsage = new(IncludeUsage: true);

    /// <exception cref="ArgumentException">No model is named.</exception>
    /// <exception cref="NotSupportedException">A message holds more than text, or is not of the system, the user or the assistant.</exception>
    public static ChatRequest From(IEnumerable<ChatMessage> messages, ChatOptions? options, bool stream)
    {
        var model = options?.ModelId ?? throw new ArgumentException("The model's name is missing.", nameof(options));
        return new ChatRequest(model, Messages(messages, options))
        {
            Stream = stream ? true : null,
            StreamOptions = stream ? WithUsage : null,
            Temperature = options.Temperature,
            TopP = options.TopP,
            MaxTokens = options.MaxOutputTokens,
            Stop = options.StopSequences is { Count: > 0 } stops ? stops : null,
            Seed = options.Seed,
            FrequencyPenalty = options.FrequencyPenalty,
            PresencePenalty = options.PresencePenalty,
        };
    }

    private static List<WireMessage> Messages(IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        var wire = new List<WireMessage>();
        if (options.Instructions is { Length: > 0 } instructions)
            wire.Add(new WireMessage("system", instructions));
        foreach (var message in messages)
            wire.Add(new WireMessage(Role(message.Role), Text(message)));
        return wire;
    }

    private static string Role(ChatRole role)
    {
        if (role == ChatRole.User)
            return "user";
        if (role == ChatRole.Assistant)
            return "assistant";
        return role == ChatRole.System ? "system" : throw new NotSupportedException("Only system, user and assistant messages are supported.");
    }

    private static string Text(ChatMessage message) => message.Contents.All(c => c is TextContent)
        ? message.Text
        : throw new NotSupportedException("Only text messages are supported.");
}
