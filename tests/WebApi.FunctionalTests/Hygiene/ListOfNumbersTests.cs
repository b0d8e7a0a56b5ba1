using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>A list of numbers tells what is wrong in it, as any other setting does.</summary>
public sealed class ListOfNumbersTests
{
    [TestCase("x", "Sample__Numbers__1 (given: 'x') must be a whole number.")]
    [TestCase("", "Sample__Numbers__1 (given: '') must not be empty: give it a value or leave it out.")]
    public void AnElementThatIsNoNumber_IsNamed(string element, string fault)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Sample:Numbers:0", "7"), new("Sample:Numbers:1", element), new("Sample:Numbers:2", "9")])
            .Build();
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSettings<Sample>(configuration, "Sample")
            .BuildServiceProvider();

        services.Invoking(all => all.CheckSettings()).Should().Throw<StartRefusedException>().Which.Faults.Should().Equal(fault);
        configuration.ReadSettings<Sample>("Sample").Numbers.Should().Equal(7, 0, 9);
    }

    private sealed record Sample
    {
        public IList<int> Numbers { get; init; } = [];
    }
}
