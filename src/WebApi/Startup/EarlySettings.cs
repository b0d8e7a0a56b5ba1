using CleanLlm.Application.Settings;

namespace CleanLlm.WebApi.Startup;

/// <summary>The check of settings before there is a host: host and server read some of theirs while they are built.</summary>
internal static class EarlySettings
{
    /// <summary>Checks them in a container of its own.</summary>
    /// <exception cref="StartRefusedException">Some are wrong: a line for each.</exception>
    // The container is not disposed of, as it would dispose of the configuration, which the program goes on with.
    public static void Check(IServiceCollection services, IConfiguration configuration)
    {
        if (LogLevels.Faults(configuration) is { Count: > 0 } faults)
            throw new StartRefusedException(faults);
        new DefaultServiceProviderFactory().CreateServiceProvider(services).CheckSettings();
    }
}
