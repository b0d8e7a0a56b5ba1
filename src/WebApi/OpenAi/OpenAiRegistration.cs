using CleanLlm.Application.Settings;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Registers what reads and answers the calls below <c>/v1</c>.</summary>
internal static class OpenAiRegistration
{
    /// <summary>The settings, checked at start, and the readers.</summary>
    public static IServiceCollection AddOpenAi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<OpenAiOptions>(configuration, OpenAiOptions.Section);
        services.AddSingleton<OpenAiBody>();
        services.AddSingleton<ChatRequestReader>();
        return services.AddSingleton<EmbeddingDelivery>();
    }
}
