using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Security.Transit;

/// <summary>Puts the token and the namespace on each call of a transit engine.</summary>
internal sealed class TransitToken(IOptions<TransitOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var token = settings.TokenFile.Length > 0 ? (await File.ReadAllTextAsync(settings.TokenFile, cancellationToken)).Trim() : settings.Token;
        request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        if (settings.Namespace.Length > 0)
            request.Headers.TryAddWithoutValidation("X-Vault-Namespace", settings.Namespace);
        return await base.SendAsync(request, cancellationToken);
    }
}
