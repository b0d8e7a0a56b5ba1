using CleanLlm.Domain.Chats;
using FluentValidation;

namespace CleanLlm.Application.Completions;

/// <summary>Rules on values that every way to a completion takes.</summary>
internal static class CompletionRules
{
    public static void IsPrompt<T>(this IRuleBuilder<T, string> rule) => rule.NotEmpty().MaximumLength(Message.ContentMaxLength);

    public static void IsTemperature<T>(this IRuleBuilder<T, float?> rule) => rule.InclusiveBetween(0f, 2f);
}
