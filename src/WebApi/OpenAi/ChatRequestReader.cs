using System.Collections.Frozen;
using CleanLlm.Application.Ai;
using CleanLlm.Application.OpenAi;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Streaming;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads the body of <c>POST /v1/chat/completions</c>. What only the provider knows is handed on as it is, or ignored: <see cref="ProviderFields"/>.</summary>
internal sealed class ChatRequestReader(IOptions<OpenAiOptions> options)
{
    private const int MaxModalities = 8;

    private readonly FrozenSet<string> passedOn = ProviderFields.PassedOn(options.Value);
    private readonly InnerFields inner = new(options.Value);

    /// <summary>The request, or its first fault.</summary>
    public Result<ChatRequest> Read(RequestFields body)
    {
        var model = body.RequiredText("model");
        if (body.Any("messages") is null)
            body.Missing("messages");
        var messages = ChatMessageReader.Read(body, inner);
        var chatOptions = ReadSampling(body);
        ChatToolReader.Read(body, chatOptions, inner);
        ReadFormat(body, chatOptions);
        RefuseUnsupported(body);
        PassOn(body, chatOptions);

        var stream = body.Flag("stream") ?? false;
        var includeUsage = body.Object("stream_options")?.Flag("include_usage") ?? false;
        var maxTokens = ReadBound(body, MaxTokensName.New, chatOptions) ?? ReadBound(body, MaxTokensName.Old, chatOptions);
        var complete = new CompleteChat(messages, chatOptions, model, maxTokens, body.Flag("store") ?? true, stream);
        var onDisconnect = ReadOnDisconnect(body);
        return body.Faults.First is { } fault ? fault : new ChatRequest(complete, includeUsage, onDisconnect);
    }

    // The provider gets it by the same name: some models take only one of them.
    private static int? ReadBound(RequestFields body, string name, ChatOptions chatOptions)
    {
        if (body.Long(name) is not { } bound)
            return null;
        MaxTokensName.Attach(chatOptions, name);
        // However large: what model and plan do not allow is lowered.
        return (int)Math.Clamp(bound, int.MinValue, int.MaxValue);
    }

    // A field of ours: in the style of this API, or as the other calls that make a completion have it.
    private static OnDisconnect ReadOnDisconnect(RequestFields body)
    {
        switch (body.Text("on_disconnect") ?? body.Text("onDisconnect"))
        {
            case null or "continue":
                return OnDisconnect.Continue;
            case "cancel":
                return OnDisconnect.Cancel;
            default:
                body.Faults.Unknown("on_disconnect", "'continue' and 'cancel'");
                return OnDisconnect.Continue;
        }
    }

    private static ChatOptions ReadSampling(RequestFields body) => new()
    {
        Temperature = body.Number("temperature"),
        TopP = body.Number("top_p"),
        FrequencyPenalty = body.Number("frequency_penalty"),
        PresencePenalty = body.Number("presence_penalty"),
        Seed = body.Long("seed"),
        StopSequences = body.Texts("stop", CompleteChat.MaxStops),
    };

    private static void ReadFormat(RequestFields body, ChatOptions chatOptions)
    {
        if (body.Object("response_format") is not { } format)
            return;
        chatOptions.ResponseFormat = format.RequiredText("type") switch
        {
            "text" => ChatResponseFormat.Text,
            "json_object" => ChatResponseFormat.Json,
            "json_schema" => Schema(format),
            _ => null,
        };
        if (chatOptions.ResponseFormat is null)
            body.Faults.Unknown("response_format.type", "'text', 'json_object' and 'json_schema'");
        // As it came too, for 'strict'.
        (chatOptions.AdditionalProperties ??= [])["response_format"] = InnerFields.ResponseFormat.Select(format.Element);
    }

    private static ChatResponseFormatJson Schema(RequestFields format)
    {
        if (format.Object("json_schema") is not { } described)
        {
            format.Missing("json_schema");
            return ChatResponseFormat.Json;
        }

        var name = described.RequiredText("name");
        return described.Object("schema") is { } schema
            ? ChatResponseFormat.ForJsonSchema(schema.Element.Clone(), name, described.Text("description"))
            : ChatResponseFormat.Json;
    }

    private void RefuseUnsupported(RequestFields body)
    {
        if (body.Integer("n") is not (null or 1))
            body.Faults.Unsupported("n", "Only one answer is given: leave 'n' out or set it to 1.");
        if (body.Flag("logprobs") == true || body.Any("top_logprobs") is not null)
            body.Faults.Unsupported("logprobs", "Log probabilities are not given.");
        if (body.Any("audio") is not null || body.Texts("modalities", MaxModalities)?.Any(modality => modality != "text") == true)
            body.Faults.Unsupported("modalities", "Answers are text.");
        foreach (var old in new[] { "functions", "function_call" })
        {
            if (body.Any(old) is not null)
                body.Faults.Unsupported(old, $"'{old}' was replaced by 'tools' and 'tool_choice'.");
        }

        foreach (var field in body.Element.EnumerateObject())
        {
            if (ProviderFields.ChangesWhatIsAnswered(field) && !passedOn.Contains(field.Name))
                body.Faults.Unsupported(field.Name, $"'{field.Name}' is not taken: the answer would be given without it. Send what it stands for in 'messages' and 'tools'.");
        }
    }

    private void PassOn(RequestFields body, ChatOptions chatOptions)
    {
        foreach (var field in body.Element.EnumerateObject())
        {
            if (passedOn.Contains(field.Name))
                (chatOptions.AdditionalProperties ??= [])[field.Name] = field.Value.Clone();
        }
    }
}

/// <summary>A request for an answer, and how to deliver it.</summary>
/// <param name="Complete">What is asked.</param>
/// <param name="IncludeUsage">Whether a stream ends with the usage.</param>
/// <param name="OnDisconnect">What happens when the caller leaves before the end.</param>
internal sealed record ChatRequest(CompleteChat Complete, bool IncludeUsage, OnDisconnect OnDisconnect);
