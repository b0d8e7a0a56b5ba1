using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>Access tokens that were made up or changed, sent to the running program (promise 7; RFC 8725).</summary>
internal sealed class ForgedTokenTests(DatabaseKind kind) : ApiTests(kind)
{
    private readonly RSA foreign = RSA.Create(2048);
    private RSA ours = null!;
    private JsonObject header = null!;
    private JsonObject payload = null!;
    private string genuine = null!;

    [OneTimeSetUp]
    public async Task TakeAGenuineTokenAsync()
    {
        using var caller = await Api.SignInAsync();
        var pair = await caller.PostAsync("/api/v1/auth/login", new { email = caller.Email, password = ApiCaller.Password });
        genuine = pair.Text("accessToken");
        (header, payload) = (Part(0), Part(1));
        // The very key that the program signs with, opened as the program opens it.
        var keys = await Api.Services.GetRequiredService<SigningKeyRing>().GetAsync(default);
        ours = RSA.Create(((RsaSecurityKey)keys.SignerAt(TimeProvider.System.GetUtcNow()).Key).Parameters);
    }

    [OneTimeTearDown]
    public void DisposeKeys()
    {
        foreign.Dispose();
        ours?.Dispose();
    }

    [Test]
    public async Task NoForgery_IsTaken()
    {
        // The forger's tools make good tokens too: what is refused below is refused for its flaw.
        (await StatusAsync(Ours(_ => { }, _ => { }))).Should().Be(HttpStatusCode.OK);

        var taken = new List<string>();
        var forgeries = Forgeries().ToList();
        foreach (var (flaw, token) in forgeries)
        {
            var status = await StatusAsync(token);
            if (status != HttpStatusCode.Unauthorized)
                taken.Add($"{flaw}: {(int)status}");
        }

        await TestContext.Out.WriteLineAsync($"{forgeries.Count} kinds of forged tokens, {taken.Count} taken");
        forgeries.Count.Should().BeGreaterThanOrEqualTo(20);
        taken.Should().BeEmpty();
    }

    private IEnumerable<(string Flaw, string Token)> Forgeries()
    {
        var (kid, now) = (header["kid"]!.GetValue<string>(), payload["iat"]!.GetValue<long>());
        yield return ("alg none, no signature", Join(With(header, h => h["alg"] = "none"), payload, ""));
        yield return ("alg NoNe, no signature", Join(With(header, h => h["alg"] = "NoNe"), payload, ""));
        yield return ("the signature cut off", genuine[..(genuine.LastIndexOf('.') + 1)]);
        yield return ("one bit of the signature flipped", genuine[..^10] + (genuine[^10] == 'A' ? 'B' : 'A') + genuine[^9..]);
        yield return ("a raised role under the old signature", $"{genuine.Split('.')[0]}.{Encode(With(payload, p => p["role"] = "admin"))}.{genuine.Split('.')[2]}");
        yield return ("a foreign key under our kid", Theirs(_ => { }));
        yield return ("a foreign key without a kid", Theirs(h => h.Remove("kid")));
        yield return ("a foreign key as jwk in the header", Theirs(h => h["jwk"] = ForeignJwk()));
        yield return ("a jku in the header", Theirs(h => h["jku"] = "http://127.0.0.1:9/keys"));
        yield return ("an x5u in the header", Theirs(h => h["x5u"] = "http://127.0.0.1:9/chain"));
        yield return ("a kid that is a path", Theirs(h => h["kid"] = "../../../../dev/null"));
        yield return ("a kid that is SQL", Theirs(h => h["kid"] = "' UNION SELECT 'x' --"));
        yield return ("HS256 with our public key as its secret", Hmac(kid, ours.ExportSubjectPublicKeyInfo()));
        yield return ("HS256 with our public key in PEM as its secret", Hmac(kid, Encoding.ASCII.GetBytes(ours.ExportSubjectPublicKeyInfoPem())));
        yield return ("HS256 with an empty secret", Hmac(kid, []));
        yield return ("the type of an id token", Ours(h => h["typ"] = "JWT", _ => { }));
        yield return ("no type", Ours(h => h.Remove("typ"), _ => { }));
        yield return ("another audience", Ours(_ => { }, p => p["aud"] = "elsewhere"));
        yield return ("no audience", Ours(_ => { }, p => p.Remove("aud")));
        yield return ("another issuer", Ours(_ => { }, p => p["iss"] = "https://elsewhere.example"));
        yield return ("expired", Ours(_ => { }, p => p["exp"] = now - 120));
        yield return ("no end", Ours(_ => { }, p => p.Remove("exp")));
        yield return ("not valid yet", Ours(_ => { }, p => p["nbf"] = now + 600));
        yield return ("no session", Ours(_ => { }, p => p.Remove("sid")));
        yield return ("a session that never was", Ours(_ => { }, p => p["sid"] = Guid.CreateVersion7().ToString()));
        yield return ("somebody else in our session", Ours(_ => { }, p => p["sub"] = Guid.CreateVersion7().ToString()));
        yield return ("an unknown critical header", Ours(h => (h["crit"], h["b64x"]) = (new JsonArray("b64x"), true), _ => { }));
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var caller = new ApiCaller(Api.Address);
        caller.Authorize("Bearer", token);
        return (await caller.GetAsync("/api/v1/users/me")).Status;
    }

    private string Ours(Action<JsonObject> changeHeader, Action<JsonObject> changePayload) =>
        Sign(With(header, changeHeader), With(payload, changePayload), ours);

    private string Theirs(Action<JsonObject> changeHeader) => Sign(With(header, changeHeader), payload, foreign);

    private string Hmac(string kid, byte[] secret)
    {
        var content = $"{Encode(With(header, h => (h["alg"], h["kid"]) = ("HS256", kid)))}.{Encode(payload)}";
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    private JsonObject ForeignJwk()
    {
        var parameters = foreign.ExportParameters(includePrivateParameters: false);
        return new JsonObject { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) };
    }

    private static string Sign(JsonObject header, JsonObject payload, RSA key)
    {
        var content = $"{Encode(header)}.{Encode(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Join(JsonObject header, JsonObject payload, string signature) => $"{Encode(header)}.{Encode(payload)}.{signature}";

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private static JsonObject With(JsonObject part, Action<JsonObject> change)
    {
        var copy = part.DeepClone().AsObject();
        change(copy);
        return copy;
    }

    private JsonObject Part(int index) => JsonNode.Parse(Base64Url.DecodeFromChars(genuine.Split('.')[index]))!.AsObject();
}
