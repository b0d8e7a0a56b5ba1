using System.Globalization;
using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

/// <summary>A container whose providers are scripted clients named a, b and so on, each with the model <c>m</c>.</summary>
internal sealed class RoutedServices : IAsyncDisposable
{
    private readonly AiServices ai;

    /// <param name="providers">How many there are.</param>
    /// <param name="clock">Leaps over waits unless told.</param>
    /// <param name="settings">Further settings; <c>a:Weight</c> is one of provider a, others are below <c>Ai</c>.</param>
    public RoutedServices(int providers, TimeProvider? clock = null, params (string Name, string Value)[] settings)
    {
        // The program has none; the runner's would let the breaker hear of an outcome only after the call that told it has returned.
        SynchronizationContext.SetSynchronizationContext(null);
        Clock = clock as LeapingClock ?? new LeapingClock();
        Clients = [.. Enumerable.Range(0, providers).Select(i => new ScriptedClient(NameOf(i)))];
        var all = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < providers; i++)
        {
            all[$"Ai:Providers:{Text(i)}:Name"] = NameOf(i);
            all[$"Ai:Providers:{Text(i)}:Kind"] = "Custom";
            all[$"Ai:Providers:{Text(i)}:Models:0:Id"] = "m";
        }

        foreach (var (name, value) in settings)
            all[name[1] == ':' ? $"Ai:Providers:{Text(name[0] - 'a')}{name[1..]}" : $"Ai:{name}"] = value;
        ai = new AiServices(all, clock ?? Clock, services =>
        {
            services.AddSingleton(new Random(1));
            for (var i = 0; i < providers; i++)
                services.AddKeyedSingleton<IChatClient>(NameOf(i), Clients[i]);
        });
    }

    public IReadOnlyList<ScriptedClient> Clients { get; }

    public ScriptedClient A => Clients[0];

    public ScriptedClient B => Clients[1];

    public LeapingClock Clock { get; }

    public AiServices Ai => ai;

    public async Task<IReadOnlyList<Model>> CandidatesAsync(string model = "m") => (await ai.Catalog.CandidatesAsync(model, default)).All;

    /// <summary>Asks in either way.</summary>
    public async Task<string> AskAsync(bool stream = false, RoutedCall? call = null, string model = "m", int? maxTokens = null, CancellationToken ct = default)
    {
        var options = new ChatOptions { ModelId = model, MaxOutputTokens = maxTokens };
        call ??= new RoutedCall { Candidates = await CandidatesAsync(model) };
        var router = ai.Get<IChatRouter>();
        return stream
            ? (await router.GetStreamingResponseAsync(Ask.Messages, options, call, ct).ToChatResponseAsync(ct)).Text
            : (await router.GetResponseAsync(Ask.Messages, options, call, ct)).Text;
    }

    /// <summary>Asks, and expects to be told why not.</summary>
    public async Task<ProviderException> FailAsync(ProviderFailure failure, bool stream = false)
    {
        var thrown = (await this.Awaiting(self => self.AskAsync(stream)).Should().ThrowAsync<ProviderException>()).Which;
        thrown.Failure.Should().Be(failure);
        return thrown;
    }

    /// <summary>How a provider is doing.</summary>
    public async Task<ProviderDto> StateAsync(int provider = 0) =>
        (await ai.Get<IProviderStates>().ReadAsync(default)).Single(state => state.Name == NameOf(provider));

    public ValueTask DisposeAsync() => ai.DisposeAsync();

    private static string NameOf(int index) => ((char)('a' + index)).ToString();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What providers fail with.</summary>
internal static class Failures
{
    public static Exception Refused() => new ProviderException(ProviderFailure.Refused, "Scripted.");

    public static Exception CutOff() => new ProviderException(ProviderFailure.CutOff, "Scripted.");

    public static Exception RateLimited(double seconds) =>
        new ProviderException(ProviderFailure.RateLimited, "Scripted.") { Status = 429, RetryAfter = TimeSpan.FromSeconds(seconds) };

    public static Exception Status(int status) => new HttpRequestException("Scripted.", inner: null, (System.Net.HttpStatusCode)status);
}
