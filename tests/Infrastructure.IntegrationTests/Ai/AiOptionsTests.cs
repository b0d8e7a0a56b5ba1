using CleanLlm.Infrastructure.Ai.Options;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class AiOptionsTests
{
    [TestCase("Kind", "Carrier", "*Kind must be one of OpenAi, Predict, Grpc, Simulated, Custom*")]
    [TestCase("Kind", "Grpc", "*kind Grpc takes an address without a path*")]
    [TestCase("MaxTokensField", "max", "*MaxTokensField*")]
    [TestCase("Kind", "Custom", "*keyed IChatClient registered as 'p'*")]
    [TestCase("BaseUrl", "not a url", "*Ai:Providers:0:BaseUrl*")]
    [TestCase("BaseUrl", "ftp://host/v1", "*Ai:Providers:0:BaseUrl*")]
    [TestCase("BaseUrl", null, "*Ai:Providers:0:BaseUrl*")]
    [TestCase("Models:1:Id", "m", "*the id 'm' is used twice*")]
    [TestCase("Models:0:Id", "", "*Id*")]
    [TestCase("Models:0:MaxOutputTokens", "200000", "*less than its ContextWindow*")]
    [TestCase("Models:0:Fallbacks:0", "nobody", "*the fallback 'nobody' of 'm' is no model*")]
    [TestCase("Models:0:Aliases:0", "", "*Aliases:0 must not be empty*")]
    [TestCase("MaxConcurrentCalls", "0", "*MaxConcurrentCalls*")]
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

    [TestCase("0", false)]
    [TestCase("1", true)]
    [TestCase("60001", false)]
    public async Task TheBackoff_IsAtLeastAMillisecond_OrNothingWouldBeTriedAgain(string milliseconds, bool valid)
    {
        var settings = AiServices.Provider(0, "p", new Uri("http://127.0.0.1:1/v1"), "m");
        settings["Ai:Retry:BackoffMilliseconds"] = milliseconds;
        await using var ai = new AiServices(settings);

        var reading = () => ai.Get<IOptions<AiOptions>>().Value;

        if (valid)
            reading.Should().NotThrow();
        else
            reading.Should().Throw<OptionsValidationException>().WithMessage("*BackoffMilliseconds*");
    }

    [Test]
    public async Task Prices_ThatBeginTogetherOrShareAVersion_AreRefused()
    {
        var settings = AiServices.Provider(0, "p", new Uri("http://127.0.0.1:1/v1"), "m");
        for (var i = 0; i < 2; i++)
        {
            settings[$"Ai:Providers:0:Models:0:Prices:{i}:Version"] = "v";
            settings[$"Ai:Providers:0:Models:0:Prices:{i}:From"] = "2027-01-01T00:00:00Z";
        }

        await using var ai = new AiServices(settings);

        var reading = () => ai.Get<IOptions<AiOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage("*begin at the same moment*").WithMessage("*'v' of 'm' is used twice*");
    }

    [TestCase("Simulated", "true", "*cannot be asked for its models*")]
    [TestCase("OpenAi", "false", "*needs at least one model*")]
    public async Task ListModels_WhereItCannotWork_IsRefused(string kind, string value, string message)
    {
        var settings = AiServices.Provider(0, "p", new Uri("http://127.0.0.1:1/v1"));
        settings["Ai:Providers:0:Kind"] = kind;
        settings["Ai:Providers:0:ListModels"] = value;
        await using var ai = new AiServices(settings);

        var reading = () => ai.Get<IOptions<AiOptions>>().Value;

        reading.Should().Throw<OptionsValidationException>().WithMessage(message);
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
