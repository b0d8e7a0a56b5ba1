using System.Net;
using System.Text.RegularExpressions;
using CleanLlm.Testing;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>A browser with cookies of its own that goes one redirect at a time.</summary>
internal sealed partial class Browser : IDisposable
{
    private const int MostRedirects = 10;

    private readonly CookieContainer cookies = new();
    private readonly HttpClient http;

    public Browser() => http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { Timeout = Patience.Limit };

    /// <summary>What the servers of an address have set.</summary>
    public IReadOnlyList<Cookie> CookiesAt(Uri address) => [.. cookies.GetCookies(address).Cast<Cookie>()];

    /// <summary>Opens a page.</summary>
    public async Task<ApiAnswer> GetAsync(Uri address)
    {
        using var response = await http.GetAsync(address);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Sends a form.</summary>
    public async Task<ApiAnswer> SubmitAsync(Uri address, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal));
        using var response = await http.PostAsync(address, form);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Where an answer sends the browser.</summary>
    public static Uri Next(ApiAnswer answer, Uri from)
    {
        answer.Status.Should().BeOneOf([HttpStatusCode.Found, HttpStatusCode.SeeOther], "the body is {0}", answer.Body);
        return new Uri(from, answer.Headers["Location"]);
    }

    /// <summary>Begins a sign-in.</summary>
    /// <returns>The provider's address.</returns>
    public async Task<Uri> StartAsync(Uri api, string provider, string returnUrl)
    {
        var start = new Uri(api, $"/api/v1/auth/external/{provider}?returnUrl={Uri.EscapeDataString(returnUrl)}");
        return Next(await GetAsync(start), start);
    }

    /// <summary>Goes from one redirect to the next until one leads to the front end, or none follows.</summary>
    public async Task<(Uri Address, ApiAnswer? Answer)> FollowAsync(Uri address, string until)
    {
        for (var hop = 0; hop < MostRedirects; hop++)
        {
            if (address.ToString().StartsWith(until, StringComparison.Ordinal))
                return (address, null);
            var answer = await GetAsync(address);
            if (!answer.Headers.ContainsKey("Location"))
                return (address, answer);
            address = Next(answer, address);
        }

        throw new InvalidOperationException("The redirects do not end.");
    }

    /// <summary>Signs in at a page of <c>oidc-provider</c>, and agrees.</summary>
    /// <returns>The redirect back to the program, not followed.</returns>
    public async Task<Uri> SignInAtPageAsync(Uri provider, string login, string callback)
    {
        var address = provider;
        for (var page = 0; page < 3; page++)
        {
            var (at, answer) = await FollowAsync(address, callback);
            if (answer is null)
                return at;
            var prompt = Prompt().Match(answer.Body).Groups["prompt"].Value;
            prompt.Should().BeOneOf(["login", "consent"], "the page is {0}", answer.Body);
            address = Next(await SubmitAsync(at, ("prompt", prompt), ("login", login), ("password", "any")), at);
        }

        throw new InvalidOperationException("The provider asks for more than a login and consent.");
    }

    /// <summary>A parameter of an address; null when there is none.</summary>
    public static string? Query(Uri address, string name) =>
        QueryHelpers.ParseQuery(address.Query).TryGetValue(name, out var value) ? value.Single() : null;

    public void Dispose() => http.Dispose();

    [GeneratedRegex("name=\"prompt\" value=\"(?<prompt>[a-z]+)\"", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Prompt();
}
