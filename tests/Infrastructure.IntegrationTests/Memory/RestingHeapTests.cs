using CleanLlm.Infrastructure.Memory;

namespace CleanLlm.Infrastructure.IntegrationTests.Memory;

[Parallelizable(ParallelScope.All)]
internal sealed class RestingHeapTests
{
    private const long Megabyte = 1024 * 1024;

    [Test]
    public void AfterALoad_OnceItRests() => Looks(0, 500 * Megabyte, 1000 * Megabyte, 1001 * Megabyte, 1002 * Megabyte)
        .Should().Equal(false, false, false, true, false);

    [Test]
    public void WhileItWorks_Never() => Looks([.. Enumerable.Range(0, 100).Select(i => i * (RestingHeap.RestBytes + 1))])
        .Should().OnlyContain(isDue => !isDue);

    [Test]
    public void AtRest_OnlyWhenEnoughHasComeTogether()
    {
        // As upkeep keeps allocating.
        var looks = Looks([.. Enumerable.Range(0, 1000).Select(i => i * Megabyte)]);

        looks.Select((isDue, i) => (isDue, i)).Where(look => look.isDue).Select(look => look.i)
            .Should().Equal(Enumerable.Range(1, 15).Select(i => (int)(i * RestingHeap.WorthBytes / Megabyte)));
    }

    [Test]
    public void AfterALittle_Never() => Looks(0, RestingHeap.WorthBytes - 1, RestingHeap.WorthBytes - 1, RestingHeap.WorthBytes - 1)
        .Should().OnlyContain(isDue => !isDue);

    private static List<bool> Looks(params long[] allocated)
    {
        var heap = new RestingHeap();
        return [.. allocated.Select(heap.IsDue)];
    }
}
