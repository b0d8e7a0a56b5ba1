using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Infrastructure.Security.Transit;

namespace CleanLlm.Infrastructure.IntegrationTests.Encryption;

/// <summary>A transit engine with one key, as far as data keys need it: the versions of the key never leave it.</summary>
internal sealed class PlayedTransit : HttpMessageHandler
{
    private readonly List<byte[]> versions = [NewKey()];

    /// <summary>The name of the key.</summary>
    public string KeyName { get; init; } = "cleanllm";

    /// <summary>What it answers in the place of what it would; null for nothing.</summary>
    public Func<HttpResponseMessage>? Fault { get; set; }

    /// <summary>The calls: method, path and token.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Adds a version of the key, which encrypts from now on.</summary>
    public void Rotate() => versions.Add(NewKey());

    /// <summary>The client of it, with token and namespace as they are configured.</summary>
    public ITransitApi Client(TransitOptions options) => Refit.RestService.For<ITransitApi>(
        new HttpClient(new TransitToken(Microsoft.Extensions.Options.Options.Create(options)) { InnerHandler = this }) { BaseAddress = new Uri(options.Address) });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await AnswerAsync(request, cancellationToken);
        response.RequestMessage = request;
        return response;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = request.Headers.GetValues("X-Vault-Token").Single();
        var scope = request.Headers.TryGetValues("X-Vault-Namespace", out var names) ? $" in {names.Single()}" : "";
        Calls.Add($"{request.Method} {request.RequestUri!.AbsolutePath} with {token}{scope}");
        if (Fault is { } fault)
            return fault();
        if (request.Method == HttpMethod.Get)
            return Answer(new { data = new { latest_version = versions.Count } });
        using var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
        string Field(string name) => body.RootElement.GetProperty(name).GetString()!;
        var place = Encoding.UTF8.GetString(Convert.FromBase64String(Field("associated_data")));
        if (request.RequestUri.AbsolutePath.EndsWith($"/encrypt/{KeyName}", StringComparison.Ordinal))
        {
            var envelope = Envelope.Seal(Convert.FromBase64String(Field("plaintext")), "k", versions[^1], place);
            return Answer(new { data = new { ciphertext = $"vault:v{versions.Count}:{Convert.ToBase64String(envelope)}" } });
        }

        var parts = Field("ciphertext").Split(':');
        try
        {
            var plain = Envelope.Open(Convert.FromBase64String(parts[2]), versions[int.Parse(parts[1][1..], System.Globalization.CultureInfo.InvariantCulture) - 1], place);
            return Answer(new { data = new { plaintext = Convert.ToBase64String(plain) } });
        }
        catch (CryptographicException)
        {
            return new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("""{"errors":["cipher: message authentication failed"]}""") };
        }
    }

    private static HttpResponseMessage Answer(object body) => new() { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };

    private static byte[] NewKey() => RandomNumberGenerator.GetBytes(32);
}
