using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Which fields of a request that are not read here reach a provider of kind <c>OpenAi</c>, unchanged. A list of what may pass, because
/// servers invent fields by which a caller has another model, a longer answer, other messages or a dearer service than plan, price table
/// and screening know of.
/// </summary>
internal static partial class ProviderFields
{
    /// <summary>What passes without any setting: each is known to change nothing but how the model that was asked for answers.</summary>
    public static IReadOnlyList<string> WellKnown { get; } =
    [
        // How the next token is chosen: of OpenAI, vLLM, SGLang, llama.cpp, Ollama, Mistral and GLM.
        "logit_bias", "top_k", "top_a", "min_p", "typical_p", "tfs_z", "top_n_sigma", "repetition_penalty", "repeat_penalty", "repeat_last_n",
        "no_repeat_ngram_size", "mirostat", "mirostat_tau", "mirostat_eta", "dynatemp_range", "dynatemp_exponent", "xtc_probability", "xtc_threshold",
        "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "dry_sequence_breakers", "samplers", "do_sample", "random_seed",
        "allowed_token_ids", "bad_words", "adaptive_target", "adaptive_decay",

        // Where it ends, which is never later than without.
        "stop_token_ids", "include_stop_str_in_output", "skip_special_tokens", "spaces_between_special_tokens",

        // Whether and how long it reasons, within the bound of its answer, and under which name that comes.
        "reasoning_effort", "reasoning", "include_reasoning", "reasoning_format", "reasoning_split", "separate_reasoning", "thinking", "thinking_budget",
        "enable_thinking", "think", "verbosity", "thinking_budget_tokens", "reasoning_budget", "reasoning_summary", "prompt_mode",

        // The form of the answer beside response_format.
        "guided_json", "guided_regex", "guided_choice", "guided_grammar", "guided_whitespace_pattern", "structured_outputs", "structural_tag", "regex",
        "ebnf", "grammar", "json_schema", "tool_stream", "prediction", "citation_options", "disable_tool_validation", "parse_tool_calls",

        // For which end user the caller asks, and what the provider reuses of earlier prompts.
        "user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "cache_prompt", "cache_salt",
    ];

    /// <summary>Read here, or kept from the provider. Whatever the case: some servers read names without regard to it, and the last one counts.</summary>
    private static readonly FrozenSet<string> Ours = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "model", "messages", "stream", "stream_options", "n", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop",
        "max_tokens", "max_completion_tokens", "tools", "tool_choice", "parallel_tool_calls", "response_format", "logprobs", "top_logprobs",
        "modalities", "audio", "functions", "function_call", "store", "metadata", "on_disconnect");

    /// <summary>Other names for the model, the bound, the messages, the address or the credential: with them a plan could not be kept.</summary>
    private static readonly FrozenSet<string> OtherNamesOfOurs = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "models", "route", "fallbacks", "preset", "n_predict", "num_predict", "max_new_tokens", "max_output_tokens", "best_of", "prompt", "input",
        "options", "extra_body", "extra_headers", "api_base", "api_key", "base_url");

    /// <summary>
    /// What the caller means the model to answer from and that is not in the messages: a conversation, files and data at the provider,
    /// instructions beside the messages, tools that the provider runs. Without it the answer would be another, and nothing would tell.
    /// </summary>
    private static readonly FrozenSet<string> Sources = FrozenSet.Create(
        StringComparer.Ordinal,
        "conversation", "conversation_id", "previous_response_id", "data_sources", "dataSources", "documents", "files", "file_ids", "system", "instructions",
        "container", "mcp_servers", "web_search_options", "search_parameters", "search_settings", "plugins", "tool_resources");

    /// <summary>Whether the field names something that the answer was to be made from. Null, false and what is empty name nothing.</summary>
    public static bool ChangesWhatIsAnswered(JsonProperty field) => Sources.Contains(field.Name) && field.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.String => field.Value.GetString() is { Length: > 0 },
        JsonValueKind.Array => field.Value.GetArrayLength() > 0,
        JsonValueKind.Object => field.Value.GetPropertyCount() > 0,
        _ => true,
    };

    /// <summary>Whether a name is spelt as servers spell theirs; any other spelling could be taken for one of ours.</summary>
    public static bool IsPlain([NotNullWhen(true)] string? name) => name is not null && PlainName().IsMatch(name);

    /// <summary>Whether an operator may let a field pass: its name is spelt as servers spell theirs, and means nothing that is decided here.</summary>
    public static bool MayPass(string? name) => IsPlain(name) && !Ours.Contains(name) && !OtherNamesOfOurs.Contains(name);

    /// <summary>What passes with these settings.</summary>
    public static FrozenSet<string> PassedOn(OpenAiOptions options) =>
        WellKnown.Concat(options.PassedOnFields).Except(options.IgnoredFields, StringComparer.OrdinalIgnoreCase).ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex PlainName();
}
