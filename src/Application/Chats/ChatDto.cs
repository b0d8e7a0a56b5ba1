using AutoMapper;
using CleanLlm.Domain.Chats;

namespace CleanLlm.Application.Chats;

/// <summary>A conversation, without its messages.</summary>
public sealed record ChatDto
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

internal sealed class ChatMapping : Profile
{
    public ChatMapping() => CreateMap<Chat, ChatDto>();
}
