using System.Diagnostics.Metrics;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>What is refused before anything of it is stored leaves no row behind: only the meter counts it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RefusalMetricTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private readonly MeterListener listener = new();
    private readonly List<(long Count, string? Reason)> refusals = [];

    public RefusalMetricTests()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument is { Meter.Name: AdmissionGate.MeterName, Name: "cleanllm.admissions.refused" })
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => refusals.Add((count, tags[0].Value as string)));
        listener.Start();
    }

    public void Dispose()
    {
        listener.Dispose();
        fixture.Dispose();
    }

    [Test]
    public async Task WithoutAPlaceAtAnyProvider_TheRefusalIsCounted_ByItsCode()
    {
        fixture.Places = (Any: false, AnyBackground: false);

        await fixture.StartAsync(fixture.Ask());

        refusals.Should().Equal((1, "provider.unavailable"));
    }

    [Test]
    public async Task WhenTheProcessLeaves_TheRefusalIsCounted_ByItsCode()
    {
        await fixture.Gate.CloseAsync();

        await fixture.StartAsync(fixture.Ask());

        refusals.Should().Equal((1, CompletionErrors.Stopping.Code));
    }

    [Test]
    public async Task WhatIsAdmitted_CountsNothing()
    {
        fixture.Model.Says("Hello!").Ends();

        await fixture.CompleteAsync(fixture.Ask());

        refusals.Should().BeEmpty();
    }
}
