using System.Globalization;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Runs a fixture's tests with a plain OpenAI-compatible server behind the program, beside the scripted one.</summary>
public abstract class OpenAiTests(DatabaseKind kind) : ApiTests(kind)
{
    /// <summary>The section of the plain server.</summary>
    protected const string Provider = "Ai:Providers:90";

    private readonly int port = LoopbackPort.Free();

    /// <summary>The plain server.</summary>
    protected OpenAiServer Plain { get; private set; } = null!;

    /// <summary>Its address, as a client wants it.</summary>
    protected string PlainUrl => OpenAiServer.BaseUrl(port);

    /// <summary>The program's address, as a client wants it.</summary>
    protected string Url => new Uri(Api.Address, "/v1").ToString();

    /// <summary>A signed-in user.</summary>
    protected ApiCaller Caller { get; private set; } = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new($"{Provider}:Name", "acme"),
        new($"{Provider}:Kind", "OpenAi"),
        new($"{Provider}:BaseUrl", PlainUrl),
        new($"{Provider}:ApiKey", OpenAiServer.Key),
        .. Model(Provider, 0, OpenAiServer.ChatModel),
        .. Model(Provider, 1, OpenAiServer.EmbeddingModel),
        new($"{Provider}:Models:1:IsEmbedding", "true"),
    ];

    [OneTimeSetUp]
    public async Task StartPlainAsync()
    {
        Plain = await OpenAiServer.StartAsync(port);
        Caller = await Api.SignInAsync();
    }

    [OneTimeTearDown]
    public async Task StopPlainAsync()
    {
        Caller?.Dispose();
        if (Plain is not null)
            await Plain.DisposeAsync();
    }

    /// <summary>A new API key of the caller.</summary>
    protected async Task<string> MakeKeyAsync(long? monthlyTokenLimit = null) =>
        (await Caller.PostAsync("/api/v1/api-keys", new { name = "npm", scopes = new[] { "completions" }, monthlyTokenLimit }))
        .ShouldBe(System.Net.HttpStatusCode.Created).Text("key");

    /// <summary>One more model of a provider.</summary>
    protected static IEnumerable<KeyValuePair<string, string>> Model(string provider, int index, string id) =>
    [
        new($"{provider}:Models:{index}:Id", id),
        new($"{provider}:Models:{index}:ContextWindow", "64000"),
        new($"{provider}:Models:{index}:MaxOutputTokens", "4096"),
        new($"{provider}:Models:{index}:Price:Prompt", ApiSettings.PromptPrice.ToString(CultureInfo.InvariantCulture)),
        new($"{provider}:Models:{index}:Price:Completion", ApiSettings.CompletionPrice.ToString(CultureInfo.InvariantCulture)),
    ];
}
