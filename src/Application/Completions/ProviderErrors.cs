using CleanLlm.Application.Ai;
using CleanLlm.Domain.Results;

namespace CleanLlm.Application.Completions;

/// <summary>What callers are told when an AI provider fails.</summary>
public static class ProviderErrors
{
    private static readonly TimeSpan ShortWhile = TimeSpan.FromSeconds(5);

    /// <summary>All places for calls are taken at every provider of the model; nothing of the request was done.</summary>
    public static readonly Error NoPlace = From(
        new ProviderException(ProviderFailure.Refused, "No provider of the model has a place for a call.") { RetryAfter = TimeSpan.FromSeconds(1) });

    /// <summary>The error that stands for a provider's failure.</summary>
    public static Error From(ProviderException failure) => failure.Failure switch
    {
        ProviderFailure.Timeout => new(ErrorKind.Timeout, "provider.timeout", "The AI service was too slow."),
        ProviderFailure.RateLimited => new(ErrorKind.Unavailable, "provider.rate_limited", "The AI service is taking no more requests at the moment.")
        {
            RetryAfter = failure.RetryAfter ?? ShortWhile,
        },
        ProviderFailure.Rejected => new(ErrorKind.Malformed, "provider.rejected", "The AI service does not accept the request: its messages, parameters or tools do not suit the model."),
        ProviderFailure.BadAnswer => new(ErrorKind.BadGateway, "provider.bad_answer", "The AI service gave an answer that cannot be used."),
        ProviderFailure.CutOff => new(ErrorKind.BadGateway, "provider.cut_off", "The AI service broke off its answer; what had been written is kept."),
        ProviderFailure.TooLong => new(ErrorKind.BadGateway, "provider.too_long", "The AI service sent more than the allowed size."),
        ProviderFailure.Unsupported => new(ErrorKind.Invalid, "provider.unsupported", "The model's provider cannot take everything that was asked for, such as images or tools."),
        ProviderFailure.ContextTooLong => new(ErrorKind.Invalid, "prompt.too_long", "The prompt does not fit the model's context window."),
        ProviderFailure.ContentFiltered => new(ErrorKind.Invalid, "provider.content_filtered", "The AI service's content filter refused the prompt."),
        ProviderFailure.ModelNotFound => new(ErrorKind.BadGateway, "provider.model_not_found", "The AI service does not serve this model."),
        ProviderFailure.RequestTooLarge => new(ErrorKind.TooLarge, "provider.request_too_large", "The request is larger than the AI service takes."),
        ProviderFailure.InvalidImage => new(ErrorKind.Malformed, "provider.invalid_image", "The AI service cannot use a picture of the request."),
        ProviderFailure.UnsupportedParameter => new(ErrorKind.Malformed, "provider.unsupported_parameter", "A parameter of the request, or its value, is not for this model."),
        ProviderFailure.ValueTooLong => new(ErrorKind.Malformed, "provider.value_too_long", "A text or a list of the request is longer than the AI service takes."),
        _ => new(ErrorKind.Unavailable, "provider.unavailable", "The AI service cannot be reached or does not accept requests.")
        {
            RetryAfter = failure.RetryAfter ?? ShortWhile,
        },
    };
}
