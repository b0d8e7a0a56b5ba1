using CleanLlm.Application.Accounts;
using CleanLlm.Application.Callers;
using CleanLlm.Application.RateLimiting;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class SignInThrottleTests
{
    private const string Owner = "192.0.2.7";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly EmailAddress Ada = EmailAddress.Of("ada@example.org")!;

    private readonly FakeTimeProvider clock = new(Start);
    private Buckets buckets = new();
    private ISessionRepository sessions = Substitute.For<ISessionRepository>();

    [SetUp]
    public void Empty() => (buckets, sessions) = (new Buckets(), Substitute.For<ISessionRepository>());

    [Test]
    public async Task OneAddress_HasFiveGuesses_AndSpendsNoneOfTheOthers()
    {
        (await GuessAsync("198.51.100.1", 100)).Should().Be(5);

        buckets.Spent("sign-in-account").Should().Be(5, "what its own bucket refused takes nothing from the account's");
        (await GuessAsync(Owner, 1)).Should().Be(1);
    }

    [Test]
    public async Task ManyAddresses_HaveEightTogether_ButAFamiliarOneHasItsOwn()
    {
        var evaluated = 0;
        for (var i = 0; i < 200; i++)
            evaluated += await GuessAsync($"198.51.100.{i}", 5);
        sessions.HasOpenedFromAsync(Arg.Is<EmailAddress>(email => email.Key == "ADA@EXAMPLE.ORG"), Owner, Start.AddDays(-90), Arg.Any<CancellationToken>()).Returns(true);

        evaluated.Should().Be(8);
        (await GuessAsync(Owner, 1)).Should().Be(1);
        (await GuessAsync("192.0.2.8", 1)).Should().Be(0);
    }

    [Test]
    public async Task ASuccess_GivesBackWhatItTook_AndNoMore()
    {
        await TryAsync("198.51.100.1");
        var owner = Throttle(Owner);
        await owner.TryAsync(Ada, default);

        await owner.SucceededAsync(Ada, default);
        await owner.SucceededAsync(Ada, default);

        buckets.Spent("sign-in-address").Should().Be(1);
        buckets.Spent("sign-in-account").Should().Be(1);
    }

    [Test]
    public async Task ASuccessFromAFamiliarAddress_GivesAttackersNoGuess()
    {
        for (var i = 0; i < 8; i++)
            await TryAsync($"198.51.100.{i}");
        sessions.HasOpenedFromAsync(null!, "", default, default).ReturnsForAnyArgs(true);
        var owner = Throttle(Owner);

        (await owner.TryAsync(Ada, default)).Should().BeTrue();
        await owner.SucceededAsync(Ada, default);

        buckets.Spent("sign-in-account").Should().Be(8);
    }

    [Test]
    public async Task AGuessThatIsNotEvaluated_CountsNowhere()
    {
        for (var i = 0; i < 8; i++)
            await TryAsync($"198.51.100.{i}");

        (await TryAsync(Owner)).Should().BeFalse();

        buckets.Spent("sign-in-address").Should().Be(8);
    }

    [Test]
    public async Task OneAccount_IsTheSameHoweverItsAddressIsWritten()
    {
        string[] spellings =
        [
            "jos\u00e9@example.org", " JOS\u00c9@EXAMPLE.ORG ", "jose\u0301@example.org", "Jos\u00e9@Example.org", "jos\u00e9@\uff45xample.org",
            "jos\u00e9@example.org.", "jos\u00e9@exa\u00admple.org", "jos\u00e9@exa\u200bmple\u3002org",
        ];
        foreach (var email in spellings)
            await Throttle(Owner).TryAsync(EmailAddress.OfAccount(email)!, default);

        buckets.Keys.Should().HaveCount(2, "one for the address and one for the account");
    }

    [Test]
    public async Task OfIPv6_TheNetworkCounts()
    {
        var evaluated = 0;
        for (var i = 1; i <= 50; i++)
            evaluated += await GuessAsync($"2001:db8:0:1::{i:x}", 1);

        evaluated.Should().Be(5);
    }

    private async Task<int> GuessAsync(string address, int times)
    {
        var evaluated = 0;
        for (var i = 0; i < times; i++)
            evaluated += await TryAsync(address) ? 1 : 0;
        return evaluated;
    }

    // A throttle a request.
    private async Task<bool> TryAsync(string address) => await Throttle(address).TryAsync(Ada, default);

    private SignInThrottle Throttle(string address)
    {
        var current = Substitute.For<ICurrentClient>();
        current.Client.Returns(new SessionClient(address, "Tests"));
        return new SignInThrottle(buckets, current, sessions, Options.Create(new SignInThrottleOptions()), clock);
    }

    /// <summary>Permits that never grow back.</summary>
    private sealed class Buckets : IRateLimiter
    {
        private readonly Dictionary<(string, string), int> spent = [];

        public IEnumerable<(string Limit, string Key)> Keys => spent.Keys;

        public int Spent(string limit) => spent.Where(bucket => bucket.Key.Item1 == limit).Sum(bucket => bucket.Value);

        public ValueTask<RateRefusal?> TakeAsync(IReadOnlyList<RateBucket> buckets, CancellationToken ct)
        {
            var (limit, key) = buckets.Single();
            var used = spent.GetValueOrDefault((limit.Name, key));
            spent[(limit.Name, key)] = Math.Min(used + 1, limit.Burst);
            return new ValueTask<RateRefusal?>(used < limit.Burst ? null : new RateRefusal(0, limit.Regrowth));
        }

        public ValueTask GiveBackAsync(RateLimit limit, string key, CancellationToken ct)
        {
            spent[(limit.Name, key)]--;
            return ValueTask.CompletedTask;
        }
    }
}
