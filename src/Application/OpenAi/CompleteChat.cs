using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.OpenAi;

/// <summary>Answers a conversation that its caller keeps, as clients of OpenAI's chat completions send it.</summary>
/// <param name="Messages">The whole conversation; ends with what is asked.</param>
/// <param name="Options">Sampling, tools, the form of the answer, and fields that only the provider knows.</param>
/// <param name="Model">The model to ask.</param>
/// <param name="MaxTokens">The longest answer wanted, in tokens; null for as long as model, plan and quota allow, which also lower it.</param>
/// <param name="Store">Whether the last message and the answer are kept; usage always is.</param>
/// <param name="Stream">Whether the answer is wanted piece by piece.</param>
/// <param name="Repeat">What the caller named the request by, to repeat it; null for one that is not to be repeated.</param>
public sealed record CompleteChat(
    IReadOnlyList<ChatMessage> Messages,
    ChatOptions Options,
    string Model,
    int? MaxTokens,
    bool Store,
    bool Stream,
    RepeatableRequest? Repeat = null)
    : IRequest<Result<StartedCompletion>>
{
    /// <summary>Messages of one request.</summary>
    public const int MaxMessages = 2048;

    /// <summary>Tools of one request, and calls of tools in one message.</summary>
    public const int MaxTools = 128;

    /// <summary>Stop sequences of one request.</summary>
    public const int MaxStops = 4;
}

internal sealed class CompleteChatValidator : AbstractValidator<CompleteChat>
{
    private const int StopMaxLength = 500;

    // The names of the fields are OpenAI's: callers of this use case know no others.
    public CompleteChatValidator()
    {
        RuleFor(request => request.Messages).NotEmpty().Must(messages => messages.Count <= CompleteChat.MaxMessages).WithMessage($"At most {CompleteChat.MaxMessages} messages.");
        RuleFor(request => request.Model).NotEmpty().MaximumLength(Chat.ModelMaxLength);
        RuleFor(request => request.MaxTokens).GreaterThan(0).OverridePropertyName("max_tokens");
        RuleFor(request => request.Options.Temperature).InclusiveBetween(0f, 2f).OverridePropertyName("temperature");
        RuleFor(request => request.Options.TopP).InclusiveBetween(0f, 1f).OverridePropertyName("top_p");
        RuleFor(request => request.Options.FrequencyPenalty).InclusiveBetween(-2f, 2f).OverridePropertyName("frequency_penalty");
        RuleFor(request => request.Options.PresencePenalty).InclusiveBetween(-2f, 2f).OverridePropertyName("presence_penalty");
        RuleFor(request => request.Options.Tools).Must(tools => tools is not { Count: > CompleteChat.MaxTools }).WithMessage($"At most {CompleteChat.MaxTools} tools.")
            .OverridePropertyName("tools");
        RuleFor(request => request.Options.StopSequences)
            .Must(stops => stops is null || (stops.Count <= CompleteChat.MaxStops && stops.All(stop => stop.Length <= StopMaxLength)))
            .WithMessage($"At most {CompleteChat.MaxStops} sequences of at most {StopMaxLength} characters.")
            .OverridePropertyName("stop");
        RuleFor(request => request.Repeat!.Key).IsIdempotencyKey().When(request => request.Repeat is not null);
    }
}

internal sealed class CompleteChatHandler(CompletionRunner runner, ICurrentUser user, ICurrentApiKey key)
    : IRequestHandler<CompleteChat, Result<StartedCompletion>>
{
    public Task<Result<StartedCompletion>> Handle(CompleteChat request, CancellationToken cancellationToken) =>
        runner.StartAsync(
            new CompletionRequest
            {
                UserId = user.Id,
                Key = key.Key,
                Messages = request.Messages,
                Options = request.Options,
                PromptField = "messages",
                Model = request.Model,
                Temperature = request.Options.Temperature,
                MaxTokens = request.MaxTokens,
                TakesShorter = true,
                Store = request.Store,
                Stream = request.Stream,
                Repeat = request.Repeat,
            },
            cancellationToken);
}
