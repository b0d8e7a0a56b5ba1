using CleanLlm.Domain.Chats;
using FluentValidation;

namespace CleanLlm.Application.Chats;

/// <summary>What a caller may say about a chat.</summary>
public interface IChatTerms
{
    /// <summary>What it is about.</summary>
    string? Title { get; }

    /// <summary>The model its messages go to.</summary>
    string? Model { get; }

    /// <summary>Instructions put before every prompt.</summary>
    string? SystemPrompt { get; }
}

/// <summary>The rules of every request that says something about a chat.</summary>
internal abstract class ChatTermsValidator<T> : AbstractValidator<T>
    where T : IChatTerms
{
    protected ChatTermsValidator()
    {
        RuleFor(request => request.Title).MaximumLength(Chat.TitleMaxLength);
        RuleFor(request => request.Model).MaximumLength(Chat.ModelMaxLength);
        RuleFor(request => request.SystemPrompt).MaximumLength(Chat.SystemPromptMaxLength);
    }
}
