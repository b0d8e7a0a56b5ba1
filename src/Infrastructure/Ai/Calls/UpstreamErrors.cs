using System.Text.RegularExpressions;
using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// Recognises the errors of OpenAI, Azure, Anthropic, Gemini, Mistral, Groq, DeepSeek, xAI, OpenRouter, vLLM, llama.cpp, Ollama and
/// servers like them, first by code and type and then by their usual sentences. What is not recognised is judged by its status alone.
/// </summary>
internal static partial class UpstreamErrors
{
    /// <summary>What an error means.</summary>
    /// <param name="json">The body of a failed answer, or the data of an event that reports a failure; JSON or not.</param>
    /// <param name="status">The HTTP status it came with; null inside a stream.</param>
    public static UpstreamError Classify(ReadOnlySpan<byte> json, int? status) => Classify(UpstreamErrorText.Read(json), status);

    /// <summary>The same of a plain sentence, such as the detail of a gRPC status.</summary>
    public static UpstreamError Classify(string sentence, int? status) => Classify(UpstreamErrorText.Of(sentence), status);

    private static UpstreamError Classify(UpstreamErrorText error, int? status)
    {
        try
        {
            var known = OfCodes(error, status) ?? OfSentences(error, status);
            return new UpstreamError(known?.Failure)
            {
                Status = known?.StandsFor ?? status,
                Names = known?.Failure is null or ProviderFailure.UnsupportedParameter ? Named(error) : NamedParameters.None,
                MostTokens = status is 400 or 422 or null ? UpstreamBounds.MostTokens(error.Sentences) : null,
            };
        }
        catch (RegexMatchTimeoutException)
        {
            return new UpstreamError(null) { Status = status };
        }
    }

    private static Known? OfCodes(UpstreamErrorText error, int? status) => error.Codes switch
    {
        var codes when ContextCode().IsMatch(codes) => new(ProviderFailure.ContextTooLong),
        var codes when FilterCode().IsMatch(codes) => new(ProviderFailure.ContentFiltered),
        // The operator has to fix it, so the caller is not told of it: what stands for it is the status of a bad key or an empty account.
        var codes when CreditCode().IsMatch(codes) => new(ProviderFailure.Refused, 402),
        var codes when KeyCode().IsMatch(codes) => new(ProviderFailure.Refused, 401),
        var codes when ModelCode().IsMatch(codes) => new(ProviderFailure.ModelNotFound),
        var codes when LengthCode().IsMatch(codes) => Longer(error, ProviderFailure.ValueTooLong),
        var codes when ImageCode().IsMatch(codes) => new(ProviderFailure.InvalidImage),
        var codes when status == 413 || SizeCode().IsMatch(codes) => Longer(error, ProviderFailure.RequestTooLarge),
        var codes when ParameterCode().IsMatch(codes) => new(ProviderFailure.UnsupportedParameter),
        var codes when status is null or 429 && LimitCode().IsMatch(codes) => Limited(error),
        _ => null,
    };

    // Sentences are believed only where they fit the status, and never count against a provider: a body may quote the prompt.
    private static Known? OfSentences(UpstreamErrorText error, int? status) => error.Sentences switch
    {
        var text when status is 400 or 422 or 500 or null && ContextText().IsMatch(text) => new(ProviderFailure.ContextTooLong),
        var text when status is 429 && (LargerThanLimit().IsMatch(text) || CreditText().IsMatch(text)) => Limited(error),
        var text when status is 400 && CreditAtStart().IsMatch(text) => new(ProviderFailure.Refused, 402),
        var text when status is 400 or 403 or 422 or null && FilterText().IsMatch(text) => new(ProviderFailure.ContentFiltered),
        var text when status is 404 && ModelAbsent().IsMatch(text) => new(ProviderFailure.ModelNotFound),
        var text when status is 400 or 403 or 422 or 500 or null && ModelText().IsMatch(text) => new(ProviderFailure.ModelNotFound),
        var text when status is 400 or 422 or null && ImageText().IsMatch(text) => new(ProviderFailure.InvalidImage),
        var text when status is 400 or 422 or null && ParameterText().IsMatch(text) => new(ProviderFailure.UnsupportedParameter),
        _ => null,
    };

    // Servers say "too long" of prompts too.
    private static Known Longer(UpstreamErrorText error, ProviderFailure otherwise) =>
        new(ContextText().IsMatch(error.Sentences) ? ProviderFailure.ContextTooLong : otherwise);

    // What is larger than a minute's allowance will not fit the next minute either; an empty account is no limit at all.
    private static Known Limited(UpstreamErrorText error) =>
        LargerThanLimit().IsMatch(error.Sentences) ? new(ProviderFailure.RequestTooLarge)
        : CreditText().IsMatch(error.Sentences) ? new(ProviderFailure.Refused, 402)
        : new(ProviderFailure.RateLimited, 429);

    /// <summary>Where the error says which parameter it is about, that one; sentences also name the one to use instead.</summary>
    private static NamedParameters Named(UpstreamErrorText error) =>
        NamesIn(error.Parameters) is var named && named != NamedParameters.None ? named : NamesIn(error.Sentences);

    private static NamedParameters NamesIn(string text) =>
        (text.Contains("max_tokens", StringComparison.OrdinalIgnoreCase) ? NamedParameters.MaxTokens : NamedParameters.None)
        | (text.Contains("max_completion_tokens", StringComparison.OrdinalIgnoreCase) ? NamedParameters.MaxCompletionTokens : NamedParameters.None);

    private readonly record struct Known(ProviderFailure Failure, int? StandsFor = null);
}
