using CleanLlm.Infrastructure.Ai;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class AiOptionsTests
{
    [TestCase("Kind", "Carrier", "*'Carrier' is not available; use one of OpenAi, Predict, Grpc, Simulated, Custom*")]
    [TestCase("Kind", "Grpc", "*kind Grpc takes an address without a path*")]
    [TestCase("MaxTokensField", "max", "*MaxTokensField*")]
    [TestCase("Kind", "Custom", "*keyed IChatClient registered as 'p'*")]
    [TestCase("BaseUrl", "not a url", "*Ai:Providers:0:BaseUrl*")]
    [TestCase("BaseUrl", "ftp://host/v1", "*Ai:Providers:0:BaseUrl*")]
    [TestCase("BaseUrl", null, "*Ai:Providers:0:BaseUrl*")]
    [TestCase("Models:1:Id", "m", "*the id 'm' is used twice*")]
    [TestCase("Models:0:Id", "", "*Id*")]
    [TestCase("Models:0:MaxOutputTokens", "200000", "*less than its ContextWindow*")]
    [TestCase("TimeoutSeconds", "0", "*TimeoutSeconds*")]
    [TestCase("Priority", "-1", "*Priority*")]
    [TestCase("Name", "with space", "*Name*")]
    [TestCase("ApiKey", "line\nbreak", "*ApiKey*")]
    public async Task Options_WhenWrong_SayWhatIsWrong(string setting, string? value, string message)
    {
        var settings = AiServices.Provider(0, "p", new Uri("http://127.0.0.1:1/v1"), "m");
        settings[$"Ai:Providers:0:{setting}"] = value;
        await using var ai = new AiServices(settings);

        var reading = () => ai.Get<IOptions<AiOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage(message).Which.Message.Should().NotContain("break");
    }

    [Test]
    public async Task Options_WithOneNameTwice_SayIt()
    {
        var at = new Uri("http://127.0.0.1:1/v1");
        await using var ai = new AiServices(AiServices.Provider(0, "p", at, "m").Concat(AiServices.Provider(1, "P", at, "n")));

        var reading = () => ai.Get<IOptions<AiOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage("*used twice*");
    }

    [Test]
    public async Task Kind_InAnyCase_IsUnderstoodAndNamesTheProvider()
    {
        await using var ai = new AiServices([new("Ai:Providers:0:Kind", "simulated")]);

        ai.Get<IOptions<AiOptions>>().Value.Providers[0].Name.Should().Be("simulated");
    }
}
