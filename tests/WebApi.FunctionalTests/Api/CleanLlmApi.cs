using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>The real program on a real socket, with its own database and a scripted AI service.</summary>
public sealed class CleanLlmApi : IAsyncDisposable
{
    /// <summary>Stands in a setting for the address of the scripted AI service, which is known only once it runs.</summary>
    public const string UpstreamAddress = "{upstream}";

    /// <summary>Stands in a setting for the connection string of the database, which is known only once it is made.</summary>
    public const string DatabaseAddress = "{database}";

    private readonly OwnProgram host;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Action<IServiceCollection>? register;
    private readonly bool isFirst;
    private readonly string outbox;

    private CleanLlmApi(
        IReadOnlyDictionary<string, string> settings, TestDatabase database, ScriptedUpstream upstream, Action<IServiceCollection>? register, bool isFirst)
    {
        this.register = register;
        (this.settings, Database, Upstream, this.isFirst) = (settings, database, upstream, isFirst);
        outbox = settings["Email:OutboxFolder"];
        Outbox = new Outbox(outbox);
        host = new OwnProgram(settings, register);
        host.UseKestrel(port: 0);
        host.StartServer();
        Address = host.ClientOptions.BaseAddress;
        Anonymous = new ApiCaller(Address);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What it stores into.</summary>
    public TestDatabase Database { get; }

    /// <summary>What it asks.</summary>
    public ScriptedUpstream Upstream { get; }

    /// <summary>The mails it wrote.</summary>
    public Outbox Outbox { get; }

    /// <summary>A caller that has not signed in.</summary>
    public ApiCaller Anonymous { get; }

    /// <summary>The registrations of the running program.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>Starts it on fresh servers; the given settings win over those of <see cref="ApiSettings"/>.</summary>
    /// <param name="kind">Its database.</param>
    /// <param name="settings">What it is to do differently.</param>
    /// <param name="register">What an architect adds to the program.</param>
    public static async Task<CleanLlmApi> StartAsync(
        DatabaseKind kind, IEnumerable<KeyValuePair<string, string>>? settings = null, Action<IServiceCollection>? register = null)
    {
        var database = await TestDatabases.CreateMigratedAsync(kind);
        var upstream = await ScriptedUpstream.StartAsync();
        var all = await ApiSettings.ForAsync(database, upstream);
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value
                .Replace(UpstreamAddress, upstream.BaseUrl.ToString(), StringComparison.Ordinal)
                .Replace(DatabaseAddress, database.ConnectionString, StringComparison.Ordinal);
        }

        return new CleanLlmApi(all, database, upstream, register, isFirst: true);
    }

    /// <summary>Starts another instance on the same servers; the given settings win over those of the first.</summary>
    public static CleanLlmApi StartBeside(CleanLlmApi first, IEnumerable<KeyValuePair<string, string>>? settings = null)
    {
        var all = new Dictionary<string, string>(first.settings, StringComparer.Ordinal);
        foreach (var (name, value) in settings ?? [])
            all[name] = value;
        return new CleanLlmApi(all, first.Database, first.Upstream, first.register, isFirst: false);
    }

    /// <summary>A new user, signed in.</summary>
    public async Task<ApiCaller> SignInAsync()
    {
        var caller = new ApiCaller(Address);
        await caller.RegisterAsync();
        return caller;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (isFirst)
            Upstream.Release();
        Anonymous.Dispose();
        await host.DisposeAsync();
        if (!isFirst)
            return;
        await Upstream.DisposeAsync();
        await Database.DisposeAsync();
        if (Directory.Exists(settings["Email:OutboxFolder"]))
            Directory.Delete(settings["Email:OutboxFolder"], recursive: true);
    }

    private sealed class OwnProgram(IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? register) : ProgramHost
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            builder.UseQuickHashing();
            if (register is not null)
                builder.ConfigureTestServices(register);
            foreach (var (name, value) in settings)
                builder.UseSetting(name, value);
        }
    }
}
