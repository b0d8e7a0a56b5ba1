using System.Net;
using CleanLlm.Infrastructure.Ai.Calls;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>What a provider's <c>Retry-After</c> (RFC 9110, 10.2.3) is taken for.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RetryAfterTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [TestCase("0", 0)]
    [TestCase("30", 30)]
    [TestCase("86400", 86_400)]
    [TestCase("Sun, 01 Mar 2026 12:00:20 GMT", 20)]
    [TestCase("Sunday, 01-Mar-26 12:00:20 GMT", 20)]
    [TestCase("Sun, 01 Mar 2026 11:59:00 GMT", 0)]
    [TestCase("Mon, 01 Jan 0001 00:00:00 GMT", 0)]
    [TestCase("-5", null)]
    [TestCase("soon", null)]
    [TestCase("", null)]
    [TestCase("1.5", null)]
    [TestCase("99999999999999999999", null)]
    [TestCase("2026-03-01T12:00:20Z", null)]
    public void Wait_IsSecondsOrADate_NeverNegative_AndOfAnythingElseNone(string header, int? seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", header);

        HttpFailures.Of(response, Clock).RetryAfter?.TotalSeconds.Should().Be(seconds);
        HttpFailures.RetryAfter(response, Clock).HasValue.Should().Be(seconds is not null);
    }
}
