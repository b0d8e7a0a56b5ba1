using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Testing.OpenId;

/// <summary>
/// An OpenID and OAuth2 provider on loopback with an issuer for each way to misbehave: <c>/honest</c> does all right,
/// <c>/wrong-audience</c> makes tokens for others, and so on; <c>HostileTokens</c> has those of the token, this class those of the protocol.
/// </summary>
public sealed class HostileProvider : IAsyncDisposable
{
    /// <summary>What this program is called at every issuer.</summary>
    public const string ClientId = "cleanllm";

    /// <summary>Its secret at every issuer.</summary>
    public const string ClientSecret = "a client secret of the tests";

    /// <summary>What no answer of the program may repeat.</summary>
    public const string Markup = "<script>alert(1)</script>";

    private readonly WebApplication app;
    private readonly HostileTokens tokens = new();
    private readonly ConcurrentDictionary<string, SignInAtProvider> codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ExternalPerson> persons = new(StringComparer.Ordinal);

    private readonly int port;

    private HostileProvider(WebApplication app, int port) => (this.app, this.port) = (app, port);

    /// <summary>What every token variant does to an ID token or its delivery.</summary>
    public static IReadOnlyList<string> Variants { get; } =
    [
        "wrong-issuer", "issuer-with-slash", "other-issuer-everywhere", "wrong-audience", "extra-audience", "azp-mismatch", "expired", "no-expiry",
        "not-yet-valid", "alg-none", "no-signature", "hs256-client-secret", "hs256-public-key", "unknown-key", "known-kid-other-key", "no-kid-other-key",
        "jku-header", "jwk-header", "changed-payload", "missing-nonce", "wrong-nonce", "missing-sub", "empty-sub", "no-id-token", "other-user-info",
        "token-error-markup", "token-redirect", "token-endless", "authorize-error-markup", "missing-state", "forged-state", "wrong-iss-parameter",
    ];

    /// <summary>The authorization requests, as they came.</summary>
    public ConcurrentQueue<SignInAtProvider> Asked { get; } = [];

    /// <summary>Listens on a port of loopback.</summary>
    public static async Task<HostileProvider> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var provider = new HostileProvider(builder.Build(), port);
        provider.app.MapGet("/{variant}/.well-known/openid-configuration", provider.Describe);
        provider.app.MapGet("/{variant}/jwks", () => Results.Json(provider.tokens.PublishedKeys));
        provider.app.MapGet("/{variant}/other-jwks", () => Results.Json(provider.tokens.OtherKeys));
        provider.app.MapGet("/{variant}/authorize", provider.Authorize);
        provider.app.MapPost("/{variant}/token", provider.ExchangeAsync);
        provider.app.MapPost("/{variant}/second-token", provider.ExchangeAsync);
        provider.app.MapGet("/{variant}/userinfo", provider.TellOfUser);
        provider.app.MapGet("/{variant}/user", provider.TellOfGitHubUser);
        provider.app.MapGet("/{variant}/user/emails", provider.TellOfGitHubEmails);
        await provider.app.StartAsync();
        return provider;
    }

    /// <summary>The authority of a variant of the provider on a port.</summary>
    public static string Authority(int port, string variant) => FormattableString.Invariant($"http://127.0.0.1:{port}/{variant}");

    /// <summary>The user who signs in at a variant from now on.</summary>
    public void SignIn(string variant, ExternalPerson person) => persons[variant] = person;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        tokens.Dispose();
    }

    private ExternalPerson PersonAt(string variant) =>
        persons.GetValueOrDefault(variant) ?? new ExternalPerson($"subject-{variant}", $"{variant}@example.org");

    private string Authority(string variant) => Authority(port, variant);

    private string IssuerOf(string variant) => variant == "other-issuer-everywhere" ? "https://accounts.example.com" : Authority(variant);

    private IResult Describe(string variant) => Results.Json(new
    {
        issuer = IssuerOf(variant),
        authorization_endpoint = $"{Authority(variant)}/authorize",
        token_endpoint = variant == "insecure-endpoints" ? "http://provider.example.com/token" : $"{Authority(variant)}/token",
        userinfo_endpoint = variant is "other-user-info" or "separate-user-info" ? $"{Authority(variant)}/userinfo" : null,
        jwks_uri = $"{Authority(variant)}/jwks",
        response_types_supported = new[] { "code" },
        subject_types_supported = new[] { "public" },
        id_token_signing_alg_values_supported = new[] { "RS256", "HS256", "none" },
    });

    private IResult Authorize(HttpRequest request, string variant)
    {
        string? Given(string name) => request.Query[name].FirstOrDefault();
        var signIn = new SignInAtProvider(
            variant, Given("client_id") ?? "", Given("redirect_uri") ?? "", Given("nonce"), Given("code_challenge"), Given("code_challenge_method"), Given("state"));
        Asked.Enqueue(signIn);
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        codes[code] = signIn;

        var answer = new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = signIn.State };
        switch (variant)
        {
            case "missing-state": answer.Remove("state"); break;
            case "forged-state": answer["state"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(200)); break;
            case "wrong-iss-parameter": answer["iss"] = "https://accounts.example.com"; break;
            case "deny": answer = new(StringComparer.Ordinal) { ["error"] = "access_denied", ["error_description"] = Markup, ["state"] = signIn.State }; break;
            case "authorize-error-markup": answer = new(StringComparer.Ordinal) { ["error"] = Markup, ["error_description"] = Markup, ["state"] = signIn.State }; break;
        }

        return Results.Redirect(QueryHelpers.AddQueryString(signIn.RedirectUri, answer));
    }

    private async Task<IResult> ExchangeAsync(HttpContext http, string variant)
    {
        var form = await http.Request.ReadFormAsync();
        if (!codes.TryRemove(form["code"].ToString(), out var signIn) || !Proves(form, signIn))
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);

        if (variant == "token-redirect" && http.Request.Path.Value!.EndsWith("/token", StringComparison.Ordinal))
        {
            codes[form["code"].ToString()] = signIn;
            return Results.Redirect($"{Authority(variant)}/second-token", permanent: false, preserveMethod: true);
        }

        return variant switch
        {
            "token-endless" => Results.Stream(body => WriteEndlesslyAsync(body, http.RequestAborted), "application/json"),
            "token-error-markup" => Results.Json(new { error = "invalid_client", error_description = Markup, error_uri = Markup }, statusCode: 400),
            "no-id-token" => Results.Json(new { access_token = variant, token_type = "Bearer", expires_in = 300 }),
            _ when variant.StartsWith("github", StringComparison.Ordinal) => Results.Json(new { access_token = variant, token_type = "bearer" }),
            _ => Results.Json(new
            {
                access_token = variant,
                token_type = "Bearer",
                expires_in = 300,
                id_token = tokens.Make(signIn, IssuerOf(variant), ClientSecret, TokenPerson(variant)),
            }),
        };
    }

    // Whatever else it does wrong, it is strict with us: S256 and the right secret.
    private static bool Proves(IFormCollection form, SignInAtProvider signIn) =>
        form["client_id"] == ClientId
        && form["client_secret"] == ClientSecret
        && form["redirect_uri"] == signIn.RedirectUri
        && signIn.ChallengeMethod == "S256"
        && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == signIn.Challenge;

    private ExternalPerson TokenPerson(string variant) =>
        variant == "separate-user-info" ? PersonAt(variant) with { Email = null } : PersonAt(variant);

    // Until the program hangs up.
    private static async Task WriteEndlesslyAsync(Stream body, CancellationToken ct)
    {
        var part = new byte[65_536];
        Array.Fill(part, (byte)' ');
        while (!ct.IsCancellationRequested)
            await body.WriteAsync(part, ct);
    }

    private IResult TellOfUser(string variant)
    {
        var person = PersonAt(variant);
        return Results.Json(new
        {
            sub = variant == "other-user-info" ? "somebody-else" : person.Subject,
            email = person.Email,
            email_verified = person.EmailVerified,
        });
    }

    private IResult TellOfGitHubUser(string variant) => variant switch
    {
        "github-no-id" => Results.Json(new { login = "octocat" }),
        "github-error" => Results.Json(new { message = Markup }, statusCode: 403),
        "github-no-json" => Results.Text(Markup, "text/html"),
        _ => Results.Json(new { id = int.Parse(PersonAt(variant).Subject, System.Globalization.CultureInfo.InvariantCulture), email = (string?)null, name = "Octo" }),
    };

    private IResult TellOfGitHubEmails(string variant) => Results.Json(new object[]
    {
        new { email = "secondary@example.org", primary = false, verified = true },
        new { email = PersonAt(variant).Email, primary = true, verified = PersonAt(variant).EmailVerified },
    });
}
