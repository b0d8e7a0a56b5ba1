using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>
/// Password hashes with few iterations. Each test registers users of its own, and the product's own number of iterations, which is tested
/// where passwords are, would take most of the suite's time.
/// </summary>
internal static class QuickHashing
{
    private const int Iterations = 1_000;

    /// <summary>Sets it for a program in this process.</summary>
    public static void UseQuickHashing(this IWebHostBuilder builder) =>
        builder.ConfigureTestServices(services => services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = Iterations));
}
