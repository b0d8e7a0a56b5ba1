using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CleanLlm.Testing;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>A front end: speaks HTTP and JSON, and holds one user's tokens.</summary>
public sealed class ApiCaller : IDisposable
{
    /// <summary>The password of every user.</summary>
    public const string Password = "correct horse battery staple";

    private readonly HttpClient http;

    public ApiCaller(Uri address) => http = new HttpClient { BaseAddress = address, Timeout = Patience.Limit };

    /// <summary>The user; empty before <see cref="RegisterAsync"/>.</summary>
    public string UserId { get; private set; } = "";

    /// <summary>The address it registered with.</summary>
    public string Email { get; } = $"user-{Guid.CreateVersion7():n}@example.org";

    /// <summary>What it sends as its credential.</summary>
    public AuthenticationHeaderValue? Credential => http.DefaultRequestHeaders.Authorization;

    /// <summary>The newest refresh token.</summary>
    public string RefreshToken { get; private set; } = "";

    /// <summary>Registers and signs in.</summary>
    public async Task RegisterAsync()
    {
        var user = await PostAsync("/api/v1/auth/register", new { email = Email, password = Password });
        user.ShouldBe(System.Net.HttpStatusCode.Created);
        UserId = user.Text("id");
        Use(await PostAsync("/api/v1/auth/login", new { email = Email, password = Password }));
    }

    /// <summary>Acts from now on with the tokens of an answer.</summary>
    public void Use(ApiAnswer tokens)
    {
        tokens.ShouldBe(System.Net.HttpStatusCode.OK);
        RefreshToken = tokens.Text("refreshToken");
        Authorize("Bearer", tokens.Text("accessToken"));
    }

    /// <summary>Sends this credential from now on; none when <paramref name="scheme"/> is null.</summary>
    public void Authorize(string? scheme, string value = "") =>
        http.DefaultRequestHeaders.Authorization = scheme is null ? null : new AuthenticationHeaderValue(scheme, value);

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Posts text as it stands, to say what no serializer would.</summary>
    public async Task<ApiAnswer> PostTextAsync(string path, string body, string mediaType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, mediaType);
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Sends text as it stands, by any method.</summary>
    public async Task<ApiAnswer> SendTextAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, object? body = null, IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers ?? [])
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>
    /// Posts as one of a crowd: again while the program says that it is overloaded, which it does before it does anything else. On a machine
    /// that pauses for a moment, a crowd is more than the burst that is taken.
    /// </summary>
    public Task<ApiAnswer> PostInCrowdAsync(string path, object body, params KeyValuePair<string, string>[] headers) =>
        UnlessOverloadedAsync(() => SendAsync(HttpMethod.Post, path, body, headers), answer => answer);

    /// <summary>Opens a chat.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> OpenChatAsync(string? title = null)
    {
        var chat = await PostAsync("/api/v1/chats", new { title });
        chat.ShouldBe(System.Net.HttpStatusCode.Created);
        return chat.Text("id");
    }

    /// <summary>Asks for an answer as an event stream.</summary>
    public async Task<EventStream> StreamAsync(string path, object body, params (string Name, string Value)[] headers) =>
        Opened(await TryStreamAsync(path, body, headers));

    /// <summary>The same as one of a crowd.</summary>
    public async Task<EventStream> StreamInCrowdAsync(string path, object body, params (string Name, string Value)[] headers) =>
        Opened(await UnlessOverloadedAsync(() => TryStreamAsync(path, body, headers), tried => tried.Refusal));

    /// <summary>Reads a completion's events after the one with the given id; all of them after 0.</summary>
    public async Task<EventStream> FollowAsync(string completion, long after = 0) => Opened(await TryOpenAsync(
        new HttpRequestMessage(HttpMethod.Get, $"/api/v1/completions/{completion}/events"),
        after == 0 ? [] : [("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture))]));

    private static EventStream Opened((EventStream? Stream, ApiAnswer? Refusal) tried) =>
        tried.Stream ?? throw new AssertionException($"The stream was refused: {tried.Refusal!.Status} {tried.Refusal.Body}");

    private static async Task<T> UnlessOverloadedAsync<T>(Func<Task<T>> call, Func<T, ApiAnswer?> refusal)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var outcome = await call();
            if (deadline.IsCancellationRequested || refusal(outcome) is not { Status: System.Net.HttpStatusCode.ServiceUnavailable } refused
                || !refused.Body.Contains("server.overloaded", StringComparison.Ordinal))
                return outcome;
            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>Asks for an answer as an event stream that may be refused.</summary>
    public Task<(EventStream? Stream, ApiAnswer? Refusal)> TryStreamAsync(string path, object body, params (string Name, string Value)[] headers) =>
        TryOpenAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, headers);

    private async Task<(EventStream? Stream, ApiAnswer? Refusal)> TryOpenAsync(HttpRequestMessage opening, (string Name, string Value)[] headers)
    {
        var deadline = Patience.Deadline();
        using var request = opening;
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        if (response.IsSuccessStatusCode)
            return (new EventStream(response, await response.Content.ReadAsStreamAsync(deadline.Token), deadline), null);
        using var over = deadline;
        using var refused = response;
        return (null, await ApiAnswer.ReadAsync(refused));
    }

    /// <summary>Posts and reads the headers only; the body comes as it is written, and disposing hangs up.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>What the caller has used and reserved of one limit.</summary>
    public async Task<(long Used, long Reserved)> QuotaAsync(string metric)
    {
        var quota = await GetAsync("/api/v1/users/me/quota");
        var limit = quota.Json.GetProperty("limits").EnumerateArray().First(l => l.GetProperty("metric").GetString() == metric);
        return (limit.GetProperty("used").GetInt64(), limit.GetProperty("reserved").GetInt64());
    }

    public void Dispose() => http.Dispose();

    internal static string Prompt(int words) => string.Join(' ', Enumerable.Repeat("word", words));

    internal static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
