using CleanLlm.Application.Templates;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Templates;
using FluentValidation;

namespace CleanLlm.Application.Completions.Admitting;

/// <summary>What a caller may say about how a completion is made.</summary>
public interface ICompletionTerms
{
    /// <summary>The model to ask.</summary>
    string? Model { get; }

    /// <summary>Sampling temperature, 0 to 2.</summary>
    float? Temperature { get; }

    /// <summary>The longest answer wanted, in tokens.</summary>
    int? MaxTokens { get; }

    /// <summary>What the caller named the request by, to repeat it; null for one that is not to be repeated.</summary>
    RepeatableRequest? Repeat { get; }
}

/// <summary>What a caller asks, and how.</summary>
public interface IQuestionTerms : ICompletionTerms
{
    /// <summary>The question; may be empty where it is asked by a template with values.</summary>
    string Question { get; }

    /// <summary>The template that it is asked by; null for none.</summary>
    TemplateCall? Template { get; }
}

/// <summary>The rules of every request that starts a completion.</summary>
internal abstract class CompletionTermsValidator<T> : AbstractValidator<T>
    where T : ICompletionTerms
{
    protected CompletionTermsValidator()
    {
        RuleFor(request => request.Model).MaximumLength(Chat.ModelMaxLength);
        RuleFor(request => request.Temperature).InclusiveBetween(0f, 2f);
        RuleFor(request => request.MaxTokens).GreaterThan(0);
        RuleFor(request => request.Repeat!.Key).IsIdempotencyKey().When(request => request.Repeat is not null);
    }
}

/// <summary>The rules of every request with a question.</summary>
internal abstract class QuestionTermsValidator<T> : CompletionTermsValidator<T>
    where T : IQuestionTerms
{
    /// <param name="field">The field that holds the question.</param>
    protected QuestionTermsValidator(string field)
    {
        RuleFor(request => request.Question).NotEmpty().When(request => request.Template is null, ApplyConditionTo.CurrentValidator)
            .MaximumLength(Message.ContentMaxLength).OverridePropertyName(field);
        RuleFor(request => request.Template!.Id)
            .NotNull()
            .When(request => request.Template is not null)
            .OverridePropertyName("templateId")
            .WithMessage("Values and a version are those of a template.");
        RuleFor(request => request.Template!.Version).GreaterThan(0).When(request => request.Template is not null).OverridePropertyName("templateVersion");
        RuleFor(request => request.Template!.Parameters)
            .Must(parameters => parameters.Count <= TemplateTerms.MaxParameters && parameters.Values.All(value => value is not null))
            .When(request => request.Template is not null)
            .OverridePropertyName("parameters")
            .WithMessage($"At most {TemplateTerms.MaxParameters} values, each of them a text.");
    }
}

/// <summary>The rule of every key that makes a request repeatable.</summary>
internal static class IdempotencyKeyRule
{
    /// <summary>It is one that the header may hold.</summary>
    public static IRuleBuilderOptions<T, string> IsIdempotencyKey<T>(this IRuleBuilderInitial<T, string> key) => key
        .Must(text => text.Length is > 0 and <= RepeatableRequest.KeyMaxLength && text.All(c => c is >= ' ' and <= '~'))
        .OverridePropertyName("idempotencyKey")
        .WithMessage($"The header Idempotency-Key holds 1 to {RepeatableRequest.KeyMaxLength} printable ASCII characters.");
}
