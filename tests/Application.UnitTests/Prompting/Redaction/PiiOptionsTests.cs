using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class PiiOptionsTests
{
    [Test]
    public void TheConfiguration_SaysWhatIsLookedForAndWhatStays()
    {
        var options = Configured(("Kinds:0", "email"), ("Kinds:1", "nationalId"), ("DefaultRegions:0", "IT"), ("Allow:0", "@example.com"));

        options.Kinds.Should().Equal(SensitiveKind.Email, SensitiveKind.NationalId);
        options.DefaultRegions.Should().Equal("IT");
        options.Allow.Should().Equal("@example.com");
    }

    [Test]
    public void ByDefault_AllThatIsPersonalIsLookedFor()
    {
        var options = Configured();

        options.Kinds.Should().HaveCount(6).And.OnlyContain(kind => kind.IsPersonal());
        options.DefaultRegions.Should().Equal("US", "GB", "DE", "FR");
    }

    [TestCase("Kinds:0", "apiKey", "*Kinds*")]
    [TestCase("Kinds:0", "name", "*Kinds*")]
    [TestCase("DefaultRegions:0", "de", "*DefaultRegions*")]
    [TestCase("DefaultRegions:0", "XX", "*DefaultRegions*")]
    [TestCase("Regions:0", "DE", "*Regions*")]
    public void AMistake_StopsTheStart(string name, string value, string fault)
    {
        var configuration = Configuration((name, value));
        var sections = new[] { new SettingsSection(PiiOptions.Section, typeof(PiiOptions)) };

        new SettingsValidation<PiiOptions>(configuration, PiiOptions.Section, sections).Validate(null, Configured((name, value))).Failures
            .Should().ContainSingle().Which.Should().Match(fault);
    }

    private static PiiOptions Configured(params IEnumerable<(string Name, string Value)> settings) => Configuration(settings).ReadSettings<PiiOptions>(PiiOptions.Section);

    private static IConfiguration Configuration(params IEnumerable<(string Name, string Value)> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{PiiOptions.Section}:{setting.Name}", (string?)setting.Value)))
        .Build();
}
