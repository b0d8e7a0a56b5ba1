namespace CleanLlm.WebApi.Streaming;

/// <summary>Registers how completions are delivered.</summary>
internal static class StreamingRegistration
{
    /// <summary>Completions as one document or as events.</summary>
    public static IServiceCollection AddStreaming(this IServiceCollection services) => services
        .AddSingleton<EventStream>()
        .AddSingleton<CompletionDelivery>();
}
