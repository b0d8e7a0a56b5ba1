using CleanLlm.Application;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Registration;
using CleanLlm.Infrastructure.RateLimiting;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>One instance of the program as far as accounts need it; several may share a database.</summary>
internal sealed class AccountsHost : IAsyncDisposable
{
    public const string KeyA = "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
    public const string KeyB = "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=";

    // Most tests are about other things than the cost of a hash, which would take most of their time.
    private const int QuickIterations = 1_000;

    public AccountsHost(
        TestDatabase database, string encryptionKey = KeyA, string? former = null, IPasswordHasher<UserCredential>? hasher = null, bool hashesQuickly = true)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [$"ConnectionStrings:{database.Kind}"] = database.ConnectionString,
            ["Encryption:Keys:0:Id"] = IdOf(encryptionKey),
            ["Encryption:Keys:0:Key"] = encryptionKey,
            ["Encryption:Keys:1:Id"] = former is null ? null : IdOf(former),
            ["Encryption:Keys:1:Key"] = former,
        }.Where(setting => setting.Value is not null)).Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(Substitute.For<IHostEnvironment>())
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(Substitute.For<ICurrentClient>())
            .AddSingleton(Substitute.For<ICurrentPayer>())
            .AddSingleton(Substitute.For<ITokenCounter>())
            .AddApplication(configuration)
            .AddPersistence(configuration, Substitute.For<IHostEnvironment>())
            .AddRateLimiting(configuration)
            .AddIdentityInfrastructure(configuration)
            .AddAccountSecurity();
        if (hashesQuickly)
            services.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = QuickIterations);
        if (hasher is not null)
            services.AddSingleton(hasher);
        Services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public ServiceProvider Services { get; }

    public SigningKeyRing Keys => Services.GetRequiredService<SigningKeyRing>();

    /// <summary>Does something in a scope of its own, as a request would.</summary>
    public async Task<TResult> InScopeAsync<T, TResult>(Func<T, Task<TResult>> act)
        where T : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<T>());
    }

    /// <summary>Judges an access token as those of requests are judged.</summary>
    public Task<TokenValidationResult> ValidateAsync(string jwt)
    {
        var options = new JwtBearerOptions();
        foreach (var configure in Services.GetServices<IConfigureOptions<JwtBearerOptions>>().OfType<IConfigureNamedOptions<JwtBearerOptions>>())
            configure.Configure(JwtBearerDefaults.AuthenticationScheme, options);
        return options.TokenHandlers.Single().ValidateTokenAsync(jwt, options.TokenValidationParameters.Clone());
    }

    /// <summary>Reads plain content too, as after an upgrade from a version without encryption.</summary>
    public Task<object?> ReadPlainContentAsync() => InScopeAsync<AppDbContext, object?>(async database =>
    {
        await Services.GetRequiredService<PlainColumns>().LoadAsync(database, default);
        return null;
    });

    /// <summary>Ends an account, as its owner's request does.</summary>
    public Task<Error?> EraseAsync(UserId user) => InScopeAsync<IServiceProvider, Error?>(services =>
    {
        services.GetRequiredService<IAuditTrail>().Add(new AuditEvent(AuditActions.Erased, user.Value, user.Value));
        return services.GetRequiredService<IAccountErasure>().EraseAsync(user, default);
    });

    public ValueTask DisposeAsync() => Services.DisposeAsync();

    private static string IdOf(string key) => key == KeyA ? "a" : "b";
}
