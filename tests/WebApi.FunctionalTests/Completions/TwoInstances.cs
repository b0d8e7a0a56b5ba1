using System.Globalization;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Completions;

/// <summary>Tests of what holds on any instance: two on PostgreSQL and Redis, one on the embedded defaults.</summary>
public abstract class TwoInstances(DatabaseKind kind) : ApiTests(kind)
{
    protected const string Completions = "/api/v1/completions";

    /// <summary>The one that does not run what <see cref="ApiTests.Api"/> was asked; with SQLite there is no other.</summary>
    protected CleanLlmApi Other { get; private set; } = null!;

    /// <summary>The models of the scripted upstream that these tests add.</summary>
    protected abstract IReadOnlyList<string> Models { get; }

    protected override IEnumerable<KeyValuePair<string, string>> Settings
    {
        get
        {
            yield return new("Ai:Providers:3:Name", "own");
            yield return new("Ai:Providers:3:Kind", "OpenAi");
            yield return new("Ai:Providers:3:BaseUrl", CleanLlmApi.UpstreamAddress);
            for (var i = 0; i < Models.Count; i++)
            {
                yield return new($"Ai:Providers:3:Models:{i}:Id", Models[i]);
                yield return new($"Ai:Providers:3:Models:{i}:MaxOutputTokens", ApiSettings.MaxOutputTokens.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    [OneTimeSetUp]
    public void StartOther() => Other = Api.Database.Kind == DatabaseKind.Postgres ? CleanLlmApi.StartBeside(Api) : Api;

    [OneTimeTearDown]
    public async Task StopOtherAsync()
    {
        if (Other is not null && Other != Api)
            await Other.DisposeAsync();
    }

    /// <summary>The completion of a user that runs.</summary>
    protected async Task<string> RunningOfAsync(ApiCaller user) => (await Api.Database.TextAsync(
        $"SELECT lower(CAST(id AS text)) FROM completions WHERE status = 2 AND lower(CAST(user_id AS text)) = '{user.UserId}'"))!;

    /// <summary>The same user at the other instance.</summary>
    protected Task<ApiCaller> SignInAtOtherAsync(ApiCaller user) => SignInAtAsync(Other, user);

    /// <summary>The same user at any instance.</summary>
    protected static async Task<ApiCaller> SignInAtAsync(CleanLlmApi instance, ApiCaller user)
    {
        var again = new ApiCaller(instance.Address);
        again.Use(await again.PostAsync("/api/v1/auth/login", new { email = user.Email, password = ApiCaller.Password }));
        return again;
    }
}
