namespace CleanLlm.WebApi.Http;

/// <summary>Keeps categories of the framework quiet that would write secrets, whatever the configuration says of levels.</summary>
internal static class QuietLogs
{
    // Hosting writes whole addresses below this level, with codes of sign-ins elsewhere and what was searched for in them. The
    // handlers write what providers answer; what is worth knowing of a failure is in a line of our own.
    private static readonly (string Category, LogLevel Least)[] Quiet =
    [
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        // With a stack trace for each request while the database is away; the one line of FailureHandler says as much.
        ("Microsoft.AspNetCore.Authentication.JwtBearer", LogLevel.Critical),
        ("Microsoft.AspNetCore.Authentication.OpenIdConnect", LogLevel.None),
        ("Microsoft.AspNetCore.Authentication.OAuth", LogLevel.None),
    ];

    /// <summary>
    /// Adds the rules after those of the configuration: of rules for one category the last one holds, and one that names a
    /// provider before one that does not, so each named provider gets its own.
    /// </summary>
    public static IServiceCollection AddQuietLogs(this IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        foreach (var provider in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToList())
        {
            // A longer category would win over ours.
            foreach (var rule in options.Rules.Where(rule => rule.ProviderName == provider && Array.Exists(Quiet, quiet => IsBelow(rule, quiet.Category))).ToList())
                options.Rules.Remove(rule);
            foreach (var (category, least) in Quiet)
                options.Rules.Add(new LoggerFilterRule(provider, category, least, filter: null));
        }
    });

    private static bool IsBelow(LoggerFilterRule rule, string category) => rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true;
}
