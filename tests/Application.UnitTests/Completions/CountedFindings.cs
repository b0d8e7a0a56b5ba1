using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CleanLlm.Application.Prompting.Policies;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Listens to the metric of findings.</summary>
internal sealed class CountedFindings : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<(string Step, long Count, string Code, string Action)> counted = new();

    public CountedFindings()
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument is { Name: "cleanllm.findings", Meter.Name: FindingMetrics.MeterName })
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!, StringComparer.Ordinal);
            counted.Enqueue((values["step"], count, values["code"], values["action"]));
        });
        listener.Start();
    }

    /// <summary>What was counted of a step.</summary>
    public IEnumerable<(long Count, string Code, string Action)> Of(string step) => counted.Where(one => one.Step == step).Select(one => (one.Count, one.Code, one.Action));

    public void Dispose() => listener.Dispose();
}
