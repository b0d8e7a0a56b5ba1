using System.Globalization;
using CleanLlm.Infrastructure.Ai.ResponseCache;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.ResponseCache;

/// <summary>A cache to test, and models of the first provider that no other test asks, with prices.</summary>
internal static class CacheSettings
{
    private const int First = 14;

    /// <summary>Waits until an instance shares its answers.</summary>
    public static async Task ConnectAsync(CleanLlmApi api)
    {
        if (api.Database.Kind == DatabaseKind.Postgres)
            await Eventually.HoldsAsync("answers are shared", async () => (await api.Services.GetRequiredService<CacheGeneration>().CurrentAsync(default)).IsShared);
    }

    public static Dictionary<string, string> With(params string[] models)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < models.Length; i++)
        {
            var model = $"Ai:Providers:0:Models:{(First + i).ToString(CultureInfo.InvariantCulture)}";
            settings[$"{model}:Id"] = models[i];
            settings[$"{model}:Price:Prompt"] = "1";
            settings[$"{model}:Price:Completion"] = "3";
        }

        return settings;
    }
}
