using BenchmarkDotNet.Attributes;
using CleanLlm.Application;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Security;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.WebApi.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Benchmarks;

/// <summary>What it costs to know a caller, warm: the handlers of the program, from the header to the principal.</summary>
[MemoryDiagnoser]
public class AuthenticationBenchmark
{
    private WebApplication app = null!;
    private string folder = "";
    private string token = "";
    private string key = "";

    [GlobalSetup]
    public async Task SignInAsync()
    {
        folder = Directory.CreateTempSubdirectory("cleanllm-benchmark").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:Sqlite"] = $"Data Source={Path.Combine(folder, "benchmark.db")}";
        builder.Services
            .AddApplication(builder.Configuration)
            .AddInfrastructure(builder.Configuration, builder.Environment)
            .AddCleanLlmAuthentication();
        app = builder.Build();

        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var database = services.GetRequiredService<AppDbContext>();
        await database.Database.MigrateAsync();

        var now = TimeProvider.System.GetUtcNow();
        var user = User.Register("ada@example.org", null, now).Value;
        var session = Session.Open(user.Id, default, "hash", new AuthOptions().SessionLifetime, now);
        var secret = ApiKeySecret.New(ApiKeyId.New(now));
        var hash = await secret.HashAsync(services.GetRequiredService<IKeyedHash>(), default);
        database.AddRange(user, session, ApiKey.Create(user.Id, secret.Id, new ApiKeyTerms("CI", ApiKeyScopes.Completions, null, null), hash, now).Value);
        await database.SaveChangesAsync();

        token = (await services.GetRequiredService<ITokenIssuer>().IssueAsync(user, session.Id, default)).Value;
        key = secret.Reveal();
        if (!await AccessToken() || !await ApiKeyCredential() || await NoCredential())
            throw new InvalidOperationException("The credentials are not taken as they should be.");
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a request costs without a credential: the frame around the other two.</summary>
    [Benchmark(Baseline = true)]
    public Task<bool> NoCredential() => AuthenticateAsync(null);

    /// <summary>An access token: its signature, its claims, and whether its session still holds.</summary>
    [Benchmark]
    public Task<bool> AccessToken() => AuthenticateAsync("Bearer " + token);

    /// <summary>An API key: its checksum, its keyed hash, and whether its owner may still use it.</summary>
    [Benchmark]
    public Task<bool> ApiKeyCredential() => AuthenticateAsync("Bearer " + key);

    private async Task<bool> AuthenticateAsync(string? credential)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Request.Headers.Authorization = credential;
        return (await http.AuthenticateAsync()).Succeeded;
    }
}
