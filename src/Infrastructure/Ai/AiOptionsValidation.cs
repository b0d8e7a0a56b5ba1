using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Ai;

/// <summary>Fills what section <c>Ai</c> leaves out. A simulated model that was not configured answers in Development alone.</summary>
internal sealed class AiOptionsDefaults(IHostEnvironment environment) : IPostConfigureOptions<AiOptions>
{
    public void PostConfigure(string? name, AiOptions options)
    {
        if (options.Providers.Count == 0 && environment.IsDevelopment())
            options.Providers.Add(new ProviderOptions { Kind = ProviderKinds.Simulated });

        foreach (var provider in options.Providers)
        {
            provider.Kind = ProviderKinds.Available.FirstOrDefault(k => k.Equals(provider.Kind, StringComparison.OrdinalIgnoreCase))
                ?? provider.Kind;
            if (provider.Name.Length == 0)
                provider.Name = provider.Kind.ToLowerInvariant();
            if (provider is { Kind: ProviderKinds.Simulated, Models.Count: 0 })
                provider.Models.Add(new ModelOptions { Id = "simulated-1", DisplayName = "Simulated", MaxOutputTokens = 4_096 });
            if (provider is { Kind: ProviderKinds.Predict or ProviderKinds.Grpc, Models.Count: 0 })
                provider.Models.Add(new ModelOptions { Id = provider.Name });
        }
    }
}

/// <summary>The rules of section <c>Ai</c> that concern more than one value.</summary>
internal sealed class AiOptionsRules(IServiceProviderIsKeyedService registrations) : IValidateOptions<AiOptions>
{
    public ValidateOptionsResult Validate(string? name, AiOptions options)
    {
        if (options.Providers.Count == 0)
            return ValidateOptionsResult.Fail("Ai:Providers:0:BaseUrl is missing: name a server that answers, or set Ai:Providers:0:Kind to Simulated for the simulated model.");

        var problems = options.Providers.SelectMany(Problems).ToList();
        foreach (var twice in Repeated(options.Providers.Select(p => p.Name)))
            problems.Add($"Ai:Providers: the name '{twice}' is used twice.");
        problems.AddRange(UnknownFallbacks(options));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(ProviderOptions provider, int index)
    {
        var at = $"Ai:Providers:{index}";
        if (!ProviderKinds.Available.Contains(provider.Kind))
            yield return $"{at}:Kind must be one of {string.Join(", ", ProviderKinds.Available)}.";
        if (provider.Kind is ProviderKinds.OpenAi or ProviderKinds.Predict or ProviderKinds.Grpc && !IsHttpAddress(provider.BaseUrl))
            yield return $"{at}:BaseUrl must be an absolute http or https address without query, such as https://host/v1.";
        else if (provider.Kind == ProviderKinds.Grpc && new Uri(provider.BaseUrl!).AbsolutePath != "/")
            yield return $"{at}:BaseUrl: kind Grpc takes an address without a path, such as http://host:5000.";
        if (provider.Kind == ProviderKinds.Custom && !registrations.IsKeyedService(typeof(IChatClient), provider.Name))
            yield return $"{at}: kind Custom needs a keyed IChatClient registered as '{provider.Name}'.";
        if (provider is { Kind: ProviderKinds.Custom, Models.Count: 0 })
            yield return $"{at}:Models: kind Custom needs at least one model.";
        if (provider is { ListModels: true } && provider.Kind != ProviderKinds.OpenAi)
            yield return $"{at}:ListModels: kind {provider.Kind} cannot be asked for its models.";
        if (provider is { ListModels: false, Models.Count: 0 })
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

    /// <summary>A name that no configured model has may still be one that a server lists; when no server lists any, it is a mistake.</summary>
    private static IEnumerable<string> UnknownFallbacks(AiOptions options)
    {
        if (options.Providers.Any(p => p.IsListed))
            return [];
        var models = options.Providers.SelectMany(p => p.Models).ToList();
        var names = models.SelectMany(m => m.Aliases.Prepend(m.Id)).ToHashSet(StringComparer.Ordinal);
        return models.SelectMany(m => m.Fallbacks, (m, name) => (m.Id, Name: name))
            .Where(fallback => !names.Contains(fallback.Name))
            .Select(fallback => $"Ai:Providers: the fallback '{fallback.Name}' of '{fallback.Id}' is no model.");
    }

    private static bool IsHttpAddress(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri is { Query: "", Fragment: "", UserInfo: "" };

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key);
}
