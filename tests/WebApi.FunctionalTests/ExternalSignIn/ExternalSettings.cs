using CleanLlm.Testing.OpenId;

namespace CleanLlm.WebApi.FunctionalTests.ExternalSignIn;

/// <summary>Settings of the program for signing in elsewhere.</summary>
internal static class ExternalSettings
{
    /// <summary>Where the front end wants its users back.</summary>
    public const string ReturnUrl = "https://app.example.org/signed-in";

    /// <summary>The front end's address.</summary>
    public static KeyValuePair<string, string> ReturnUrls => new("Auth:ReturnUrls:0", ReturnUrl);

    /// <summary>An OpenID provider.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Oidc(int index, string name, string authority, string clientSecret) =>
    [
        new($"Auth:External:{index}:Name", name),
        new($"Auth:External:{index}:DisplayName", $"The {name}"),
        new($"Auth:External:{index}:Authority", authority),
        new($"Auth:External:{index}:ClientId", HostileProvider.ClientId),
        new($"Auth:External:{index}:ClientSecret", clientSecret),
    ];

    /// <summary>A provider that speaks plain OAuth2, as GitHub does.</summary>
    public static IEnumerable<KeyValuePair<string, string>> GitHub(int index, string name, string address) =>
    [
        new($"Auth:External:{index}:Name", name),
        new($"Auth:External:{index}:Kind", "OAuth2"),
        new($"Auth:External:{index}:ClientId", HostileProvider.ClientId),
        new($"Auth:External:{index}:ClientSecret", HostileProvider.ClientSecret),
        new($"Auth:External:{index}:AuthorizationEndpoint", $"{address}/authorize"),
        new($"Auth:External:{index}:TokenEndpoint", $"{address}/token"),
        new($"Auth:External:{index}:UserInformationEndpoint", $"{address}/user"),
        new($"Auth:External:{index}:UserEmailsEndpoint", $"{address}/user/emails"),
        new($"Auth:External:{index}:SubjectClaim", "id"),
        new($"Auth:External:{index}:Scopes:0", "user:email"),
    ];
}
