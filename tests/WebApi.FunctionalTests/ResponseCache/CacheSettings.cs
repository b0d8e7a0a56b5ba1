using System.Globalization;

namespace CleanLlm.WebApi.FunctionalTests.ResponseCache;

/// <summary>Models of the first provider that no other test asks, with prices.</summary>
internal static class CacheSettings
{
    private const int First = 14;

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
