using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Infrastructure.Ai.Kinds;
using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.AI;
using Refit;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>A service with <c>POST /predict</c>: docs/ai-contract.md.</summary>
internal sealed class PredictKind(IHttpClientFactory http, TimeProvider clock) : IProviderKind
{
    private static readonly RefitSettings Settings = new(new SystemTextJsonContentSerializer(PredictJson.Default.Options));

    public string Name => "Predict";

    public void FillIn(ProviderOptions provider) => provider.ServeDefaultModel();

    public IEnumerable<string> Faults(ProviderOptions provider, string at) => HttpAddress.Fault(provider, at) is { } fault ? [fault] : [];

    public IChatClient ChatClientOf(ProviderOptions provider) =>
        new PredictChatClient(RestService.For<IPredictApi>(http.CreateClient(provider), Settings), provider, clock);
}
