using CleanLlm.Application.Chats.Titles;
using CleanLlm.Infrastructure.Chats;
using CleanLlm.Infrastructure.IntegrationTests.Ai;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Chats;

[Parallelizable(ParallelScope.All)]
internal sealed class SimulatedTitleTests
{
    [TestCase(true)]
    [TestCase(true, "Simulated")]
    [TestCase(true, "simulated", "Simulated")]
    [TestCase(false, "Simulated", "OpenAi")]
    [TestCase(false, "Nobody")]
    public async Task TitlesComeFromTheQuestion_WhereAllProvidersOnlySimulate(bool fromQuestion, params string[] kinds)
    {
        var settings = kinds.Select((kind, place) => KeyValuePair.Create($"Ai:Providers:{place}:Kind", (string?)kind)).ToList();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var ai = new AiServices(settings, add: services => services.AddSingleton<IConfiguration>(configuration).AddChatTitles());

        ai.Get<IOptions<TitleOptions>>().Value.FromQuestion.Should().Be(fromQuestion);
    }
}
