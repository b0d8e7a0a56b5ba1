using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Chats;

/// <summary>Registers what titles chats.</summary>
internal static class TitleRegistration
{
    /// <summary>The worker, and what it reads and writes.</summary>
    public static IServiceCollection AddChatTitles(this IServiceCollection services) => services
        .AddSingleton<IPostConfigureOptions<TitleOptions>, SimulatedTitles>()
        .AddHostedService<TitleWriting>();

    /// <summary>A simulated model answers every question alike, so its titles would be all the same.</summary>
    // It reads what is not checked yet: faults of the providers are not to hide those of the titles.
    private sealed class SimulatedTitles(IConfiguration configuration, ProviderKinds kinds) : IPostConfigureOptions<TitleOptions>
    {
        public void PostConfigure(string? name, TitleOptions options) =>
            options.FromQuestion ??= configuration.ReadSettings<AiOptions>(AiOptions.Section).Providers.All(provider => kinds.Find(provider) is { IsSimulated: true });
    }
}
