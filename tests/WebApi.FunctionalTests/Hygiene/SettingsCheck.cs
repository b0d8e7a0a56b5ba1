using System.Security.Cryptography;
using CleanLlm.Application;
using CleanLlm.Application.Settings;
using CleanLlm.Infrastructure;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenAi;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>The check that the program makes before it starts, without starting it.</summary>
internal static class SettingsCheck
{
    /// <summary>A key as it has to be.</summary>
    public static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>What the program needs outside Development.</summary>
    public static readonly (string Name, string? Value)[] Enough =
        [("Encryption:Keys:0:Id", "1"), ("Encryption:Keys:0:Key", Key), ("Ai:Providers:0:Kind", "Simulated")];

    /// <summary>The faults of exactly these settings.</summary>
    public static IReadOnlyList<string> FaultsOf(IEnumerable<(string Name, string? Value)> settings, string environment = "Production")
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
            .Build();
        var host = new HostingEnvironment { EnvironmentName = environment, ContentRootPath = Path.GetTempPath() };
        using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IHostEnvironment>(host)
            .AddApplication(configuration)
            .AddInfrastructure(configuration, host)
            .AddHttp(configuration)
            .AddOpenAi(configuration)
            .BuildServiceProvider();
        try
        {
            services.CheckSettings();
            return [];
        }
        catch (StartRefusedException refused)
        {
            return refused.Faults;
        }
    }

    /// <summary>The faults of settings beside those that are enough; of one name the last one counts.</summary>
    public static IReadOnlyList<string> FaultsOfMore(params (string Name, string? Value)[] settings) =>
        FaultsOf(Enough.Concat(settings).Reverse().DistinctBy(setting => setting.Name, StringComparer.OrdinalIgnoreCase));
}
