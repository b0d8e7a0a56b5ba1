using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai.Settings;

/// <summary>The rules of section <c>Ai</c> that concern more than one value.</summary>
internal sealed class AiOptionsRules(ProviderKinds kinds) : IValidateOptions<AiOptions>
{
    public ValidateOptionsResult Validate(string? name, AiOptions options)
    {
        if (options.Providers.Count == 0)
            return ValidateOptionsResult.Fail("Ai:Providers:0:BaseUrl is missing: name a server that answers, or set Ai:Providers:0:Kind to Simulated for the simulated model.");

        var problems = options.Providers.SelectMany(Problems).ToList();
        foreach (var twice in Repeated(options.Providers.Select(p => p.Name).Where(given => given.Length > 0)))
            problems.Add($"Ai:Providers: the name '{twice}' is used twice.");
        problems.AddRange(UnknownFallbacks(options));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(ProviderOptions provider, int index)
    {
        var at = $"Ai:Providers:{index}";
        var kind = kinds.Find(provider);
        foreach (var fault in kind?.Faults(provider, at) ?? [$"{at}:Kind must be one of {string.Join(", ", kinds.All.Select(known => known.Name))}."])
            yield return fault;
        if (provider is { ListModels: true } && kind is { Listing: null })
            yield return $"{at}:ListModels: kind {kind.Name} cannot be asked for its models.";
        if (provider is { ListModels: false, Models.Count: 0 } && kind is not null)
            yield return $"{at}:Models: needs at least one model, as it is not asked for them.";
        foreach (var model in provider.Models)
        {
            if (model.Aliases.Concat(model.Fallbacks).Any(name => name is not { Length: <= 200 }))
                yield return $"{at}:Models: aliases and fallbacks of '{model.Id}' must have at most 200 characters.";
            if (model.Capabilities.Except(ModelCapabilities.Configurable, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
                yield return $"{at}:Models: '{unknown}' of '{model.Id}' is no capability; use {string.Join(", ", ModelCapabilities.Configurable)}.";
            if (model.Prices.DistinctBy(price => price.From).Count() < model.Prices.Count)
                yield return $"{at}:Models: two prices of '{model.Id}' begin at the same moment.";
            foreach (var version in Repeated(model.Prices.Select(price => price.Version)))
                yield return $"{at}:Models: the price version '{version}' of '{model.Id}' is used twice.";
        }

        foreach (var twice in Repeated(provider.Models.Select(m => m.Id)))
            yield return $"{at}:Models: the id '{twice}' is used twice.";
        foreach (var model in provider.Models.Where(m => m.MaxOutputTokens >= m.ContextWindow))
            yield return $"{at}:Models: MaxOutputTokens of '{model.Id}' must be less than its ContextWindow.";
    }

    /// <summary>A name that no configured model has may still be one that a server lists; when no server lists any, it is a mistake. Of an unknown kind nothing is known.</summary>
    private IEnumerable<string> UnknownFallbacks(AiOptions options)
    {
        if (options.Providers.Any(p => kinds.Find(p) is null || kinds.ListingOf(p) is not null))
            return [];
        var models = options.Providers.SelectMany(p => p.Models).ToList();
        var names = models.SelectMany(m => m.Aliases.Prepend(m.Id)).ToHashSet(StringComparer.Ordinal);
        return models.SelectMany(m => m.Fallbacks, (m, name) => (m.Id, Name: name))
            .Where(fallback => !names.Contains(fallback.Name))
            .Select(fallback => $"Ai:Providers: the fallback '{fallback.Name}' of '{fallback.Id}' is no model.");
    }

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key);
}
