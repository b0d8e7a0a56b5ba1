using AutoMapper;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Chats;

/// <summary>A conversation, without its messages.</summary>
public record ChatDto
{
    /// <summary>Identifies the chat.</summary>
    public required ChatId Id { get; init; }

    /// <summary>What it is about; null until named.</summary>
    public required string? Title { get; init; }

    /// <summary>The model its messages go to; null for the default model.</summary>
    public required string? Model { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed or continued.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Messages on all branches.</summary>
    public required int MessageCount { get; init; }
}

/// <summary>A conversation, without its messages but with all that is set for it and with what runs in it.</summary>
public sealed record ChatDetailDto : ChatDto
{
    /// <summary>Instructions put before every prompt of this chat; null for none.</summary>
    public required string? SystemPrompt { get; init; }

    /// <summary>The newest message of the active branch; null while the chat is empty.</summary>
    public required MessageId? ActiveLeafId { get; init; }

    /// <summary>
    /// The completion that is being answered, null when none is. Of several on different branches, the one at the end of the active branch,
    /// else the newest.
    /// </summary>
    public required RunningTurnDto? Running { get; init; }
}

/// <summary>A completion that runs in a chat; `GET /completions/{completionId}/events` reads along.</summary>
/// <param name="CompletionId">Identifies the completion.</param>
/// <param name="QuestionId">The id of its question, which is listed among the messages once it is answered.</param>
/// <param name="Content">What is asked.</param>
public sealed record RunningTurnDto(CompletionId CompletionId, MessageId QuestionId, string Content);

internal sealed class ChatMapping : Profile
{
    public ChatMapping()
    {
        CreateMap<Chat, ChatDto>();
        // What runs is no part of the chat; the handler adds it.
        CreateMap<Chat, ChatDetailDto>().ForMember(chat => chat.Running, map => map.MapFrom(_ => (RunningTurnDto?)null));
        CreateMap<RunningTurn, RunningTurnDto>().ForCtorParam(nameof(RunningTurnDto.CompletionId), turn => turn.MapFrom(source => source.Id));
    }
}
