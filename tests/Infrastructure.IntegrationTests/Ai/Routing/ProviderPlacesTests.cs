using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Infrastructure.Ai.Routing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Routing;

public sealed class ProviderPlacesTests
{
    [Test]
    public async Task APlace_IsFree_OrWaitedFor_OrNeither()
    {
        await using var routed = new RoutedServices(1, TimeProvider.System, ("a:MaxConcurrentCalls", "2"), ("a:MaxQueuedCalls", "1"), ("a:QueueSeconds", "600"));
        var (places, bulkhead, models) = await OfAsync(routed);

        Look().Should().Be((true, true));
        using var first = bulkhead(0).TryEnter();
        Look().Should().Be((true, false), "the last place is for those who wait for an answer");
        using var second = bulkhead(0).TryEnter();
        Look().Should().Be((true, false), "one may wait for a place");
        using var leaving = new CancellationTokenSource();
        var queued = bulkhead(0).WaitAsync(TimeSpan.FromHours(1), leaving.Token);
        Look().Should().Be((false, false));

        second!.Dispose();
        (await queued)!.Dispose();
        Look().Should().Be((true, false));

        (bool, bool) Look() => (places.Any(models, isBackground: false), places.Any(models, isBackground: true));
    }

    [Test]
    public async Task AnotherProvider_MayTakeIt()
    {
        await using var routed = new RoutedServices(2, null, ("a:MaxConcurrentCalls", "1"), ("a:MaxQueuedCalls", "0"), ("b:MaxQueuedCalls", "0"));
        var (places, bulkhead, models) = await OfAsync(routed);

        using var taken = bulkhead(0).TryEnter();

        places.Any(models, isBackground: false).Should().BeTrue();
        places.Any([.. models.Where(model => model.Provider == "a")], isBackground: false).Should().BeFalse();
    }

    private static async Task<(IProviderPlaces Places, Func<int, ProviderBulkhead> Bulkhead, IReadOnlyList<Model> Models)> OfAsync(RoutedServices routed) => (
        routed.Ai.Get<IProviderPlaces>(),
        index => routed.Ai.Get<ProviderPool>().All[index].Bulkhead,
        (await routed.Ai.Catalog.CandidatesAsync("m", CancellationToken.None)).All);
}
