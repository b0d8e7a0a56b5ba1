using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Settings;

/// <summary>The one way from the configuration to options (docs/decisions/0035).</summary>
public static class SettingsRegistration
{
    /// <summary>
    /// Binds a section to options, checked at start: every name, every value, and the rules that the options state by attributes or as
    /// <see cref="System.ComponentModel.DataAnnotations.IValidatableObject"/>. More rules are <see cref="IValidateOptions{T}"/> registered after it.
    /// </summary>
    /// <typeparam name="T">A record, or a list of records for a section that is a list.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">The section's name, with colons.</param>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class, new()
    {
        services.AddSingleton(new SettingsSection(section, typeof(T)));
        services.AddSingleton<IValidateOptions<T>>(provider =>
            new SettingsValidation<T>(configuration, section, provider.GetServices<SettingsSection>()));
        services.AddOptions<T>().Configure(options => Fill(options, configuration, section)).ValidateOnStart();
        return services;
    }

    /// <summary>What a section says, for a decision between registrations. Its faults are told at start.</summary>
    /// <typeparam name="T">As the section is bound.</typeparam>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">The section's name, with colons.</param>
    public static T ReadSettings<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var options = new T();
        Fill(options, configuration, section);
        return options;
    }

    /// <summary>Checks all settings, before anything is done with them.</summary>
    /// <param name="services">The container of the program.</param>
    /// <exception cref="StartRefusedException">Some are wrong: a line for each.</exception>
    public static void CheckSettings(this IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var sections = services.GetServices<SettingsSection>().ToList();
        List<string> faults = [.. MisspeltSections.In(configuration, sections), .. Failures(services.GetRequiredService<IStartupValidator>())];
        if (faults.Count > 0)
            throw new StartRefusedException(new SettingFaults(configuration, sections).Lines(faults));
    }

    private static IEnumerable<string> Failures(IStartupValidator validator)
    {
        try
        {
            validator.Validate();
            return [];
        }
        catch (OptionsValidationException wrong)
        {
            return wrong.Failures;
        }
        catch (AggregateException several) when (several.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(wrong => wrong.Failures);
        }
    }

    private static void Fill(object options, IConfiguration configuration, string section) =>
        new SettingsBinder([], []).Fill(options, configuration.GetSection(section), section);
}
