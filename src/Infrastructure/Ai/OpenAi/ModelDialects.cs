using System.Collections.Concurrent;
using CleanLlm.Infrastructure.Ai.Options;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Which of two forms the models of one server take: as configured, and as learned from their refusals. What was learned is
/// kept in memory, by each instance, for at most <see cref="Kept"/> models.
/// </summary>
internal sealed class ModelDialects
{
    /// <summary>Beyond so many, what was learned is forgotten and learned again.</summary>
    public const int Kept = 1_024;

    private readonly Dictionary<string, ModelOptions> configured;
    private readonly ProviderOptions provider;
    private readonly ConcurrentDictionary<string, ModelDialect> learned = new(StringComparer.Ordinal);
    private int count;

    public ModelDialects(ProviderOptions provider)
    {
        this.provider = provider;
        configured = provider.Models.GroupBy(model => model.UpstreamId ?? model.Id, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
    }

    /// <summary>The name to give the bound of an answer.</summary>
    /// <param name="model">The server's own name for the model.</param>
    /// <param name="callers">The name that the caller used; null for none.</param>
    public string MaxTokensName(string model, string? callers) =>
        Learned(model).MaxTokensName
        ?? configured.GetValueOrDefault(model)?.MaxTokensField
        ?? provider.MaxTokensField
        ?? callers
        ?? Application.Ai.MaxTokensName.Old;

    /// <summary>The longest answer that the model has said it gives; null while it has not said.</summary>
    public int? MostTokens(string model) => Learned(model).MostTokens;

    /// <summary>Whether vectors are asked for as base64.</summary>
    public bool TakesBase64(string model) =>
        Learned(model).TakesBase64 ?? (configured.GetValueOrDefault(model)?.EmbeddingFormat ?? provider.EmbeddingFormat) != "float";

    /// <summary>Whether the model has shown that it takes base64, or does not.</summary>
    public bool KnowsBase64(string model) => Learned(model).TakesBase64 is not null;

    /// <summary>Keeps what a call has shown.</summary>
    public void Learn(string model, Func<ModelDialect, ModelDialect> change)
    {
        var known = Learned(model);
        if (change(known) == known)
            return;
        if (Volatile.Read(ref count) >= Kept && !learned.ContainsKey(model))
        {
            learned.Clear();
            Volatile.Write(ref count, 0);
        }

        learned.AddOrUpdate(
            model,
            static (_, self) =>
            {
                Interlocked.Increment(ref self.Dialects.count);
                return self.Change(default);
            },
            static (_, before, self) => self.Change(before),
            (Dialects: this, Change: change));
    }

    private ModelDialect Learned(string model) => learned.GetValueOrDefault(model);
}

/// <summary>What a model has shown; null for what it has not.</summary>
/// <param name="MaxTokensName">The name it takes for the bound of an answer.</param>
/// <param name="MostTokens">The longest answer it gives.</param>
/// <param name="TakesBase64">Whether it gives vectors as base64.</param>
internal readonly record struct ModelDialect(string? MaxTokensName, int? MostTokens, bool? TakesBase64);
