using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Reads what a server says it counted, under OpenAI's names and the names of other servers. Nothing is computed: a figure that
/// is not told, or cannot be true, stays null.
/// </summary>
internal static class UsageReader
{
    private const long Untold = -1;

    private const int Kinds = (int)Figure.Reasoning + 1;

    private enum Figure
    {
        Prompt,
        Input,
        Processed,
        Completion,
        Output,
        Predicted,
        Total,
        Cached,
        CacheRead,
        Reused,
        CacheWrite,
        CacheCreation,
        Reasoning,
    }

    private static readonly (byte[] Name, Figure Figure)[] Names =
    [
        ("prompt_tokens"u8.ToArray(), Figure.Prompt),
        ("completion_tokens"u8.ToArray(), Figure.Completion),
        ("total_tokens"u8.ToArray(), Figure.Total),
        ("cached_tokens"u8.ToArray(), Figure.Cached),
        ("reasoning_tokens"u8.ToArray(), Figure.Reasoning),
        ("cache_write_tokens"u8.ToArray(), Figure.CacheWrite),
        // DeepSeek.
        ("prompt_cache_hit_tokens"u8.ToArray(), Figure.Cached),
        // Anthropic, and OpenAI's Responses.
        ("input_tokens"u8.ToArray(), Figure.Input),
        ("output_tokens"u8.ToArray(), Figure.Output),
        ("cache_read_input_tokens"u8.ToArray(), Figure.CacheRead),
        ("cache_creation_input_tokens"u8.ToArray(), Figure.CacheCreation),
        ("cache_creation_tokens"u8.ToArray(), Figure.CacheWrite),
        // Gemini.
        ("thoughts_token_count"u8.ToArray(), Figure.Reasoning),
        // Ollama.
        ("prompt_eval_count"u8.ToArray(), Figure.Prompt),
        ("eval_count"u8.ToArray(), Figure.Completion),
        // llama.cpp's timings.
        ("prompt_n"u8.ToArray(), Figure.Processed),
        ("predicted_n"u8.ToArray(), Figure.Predicted),
        ("cache_n"u8.ToArray(), Figure.Reused),
    ];

    /// <summary>The usage that the reader is at, and moves behind it; null when it tells nothing.</summary>
    public static UsageDetails? Read(ref Utf8JsonReader reader)
    {
        Span<long> figures = stackalloc long[Kinds];
        figures.Fill(Untold);
        ReadValue(ref reader, figures);
        return Details(figures);
    }

    /// <summary>One figure of those that Ollama tells beside its answer; the reader is at the name of a property.</summary>
    public static UsageDetails? ReadFigure(ref Utf8JsonReader reader)
    {
        Span<long> figures = stackalloc long[Kinds];
        figures.Fill(Untold);
        ReadProperty(ref reader, figures);
        return Details(figures);
    }

    private static void ReadValue(ref Utf8JsonReader reader, scoped Span<long> figures)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.NextProperty())
            ReadProperty(ref reader, figures);
    }

    private static void ReadProperty(ref Utf8JsonReader reader, scoped Span<long> figures)
    {
        var isDetails = reader.ValueSpan.EndsWith("_tokens_details"u8);
        var figure = FigureNamed(ref reader);
        reader.Read();
        if (figure is { } known)
            figures[(int)known] = Math.Max(figures[(int)known], JsonFigure.Read(ref reader) ?? Untold);
        else if (isDetails)
            ReadValue(ref reader, figures);
        else
            reader.Skip();
    }

    private static Figure? FigureNamed(ref Utf8JsonReader reader)
    {
        foreach (var (name, figure) in Names)
        {
            if (reader.ValueTextEquals(name))
                return figure;
        }

        return null;
    }

    private static UsageDetails? Details(ReadOnlySpan<long> figures)
    {
        if (figures.IndexOfAnyExcept(Untold) < 0)
            return null;
        var usage = new UsageDetails
        {
            InputTokenCount = First(figures, Figure.Prompt, Figure.Input, Figure.Processed),
            OutputTokenCount = First(figures, Figure.Completion, Figure.Output, Figure.Predicted),
            TotalTokenCount = First(figures, Figure.Total),
            CachedInputTokenCount = First(figures, Figure.Cached, Figure.CacheRead, Figure.Reused),
            ReasoningTokenCount = First(figures, Figure.Reasoning),
        };
        if (First(figures, Figure.CacheWrite, Figure.CacheCreation) is { } written)
            usage.AdditionalCounts = new() { [UsageReports.CacheWrite] = written };
        if (LeavesOutCache(figures))
            (usage.AdditionalCounts ??= [])[UsageReports.PromptExcludesCache] = 1;
        return usage;
    }

    // Anthropic's input_tokens and llama.cpp's prompt_n are what was not in the cache; prompt_tokens is everything.
    private static bool LeavesOutCache(ReadOnlySpan<long> figures) =>
        figures[(int)Figure.Prompt] <= 0 && figures[(int)Figure.Cached] == Untold
        && ((figures[(int)Figure.Input] != Untold && (figures[(int)Figure.CacheRead] != Untold || figures[(int)Figure.CacheCreation] != Untold))
            || (figures[(int)Figure.Processed] != Untold && figures[(int)Figure.Reused] != Untold));

    /// <summary>The first that is more than 0, else the first that is told.</summary>
    private static long? First(ReadOnlySpan<long> figures, params ReadOnlySpan<Figure> names)
    {
        long? zero = null;
        foreach (var name in names)
        {
            if (figures[(int)name] > 0)
                return figures[(int)name];
            if (figures[(int)name] == 0)
                zero = 0;
        }

        return zero;
    }
}
