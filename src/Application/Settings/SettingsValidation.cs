using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Settings;

/// <summary>Refuses options whose section has faults, and those that break their own rules.</summary>
internal sealed class SettingsValidation<T>(IConfiguration configuration, string path, IEnumerable<SettingsSection> sections) : IValidateOptions<T>
    where T : class, new()
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        List<string> faults = [];
        new SettingsBinder([.. sections], faults).Fill(new T(), configuration.GetSection(path), path);
        faults.AddRange(SettingRules.Broken(options, path));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
