using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;

namespace CleanLlm.Domain.UnitTests.Sessions;

internal sealed class SessionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SessionLifetime Lifetime = new(Absolute: TimeSpan.FromDays(30), Idle: TimeSpan.FromDays(14), Retry: TimeSpan.FromSeconds(10));
    private static readonly UserId User = UserId.New(Now);

    [Test]
    public void Open_GivesATokenThatEndsWhenIdle()
    {
        var session = Open();

        session.ExpiresAt.Should().Be(Now + Lifetime.Absolute);
        session.TokenExpiresAt.Should().Be(Now + Lifetime.Idle);
        session.Tokens.Should().ContainSingle().Which.SessionId.Should().Be(session.Id);
    }

    [Test]
    public void Rotate_WhenTheTokenIsGood_SpendsItForTheNewOne()
    {
        var session = Open();
        var later = Now.AddDays(3);

        session.Rotate("first", "second", Lifetime, later).Should().Be(Rotation.Rotated);

        session.LastUsedAt.Should().Be(later);
        session.Tokens[0].Should().BeEquivalentTo(new { UsedAt = later, ReplacedByHash = "second" });
        session.Tokens[1].Should().BeEquivalentTo(
            new { Hash = "second", CreatedAt = later, ExpiresAt = later + Lifetime.Idle, UsedAt = (DateTimeOffset?)null });
    }

    [Test]
    public void Rotate_WhenTheTokenWasSpent_RevokesTheWholeSession()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now);

        session.Rotate("first", "third", Lifetime, Now.AddHours(1)).Should().Be(Rotation.Reused);

        session.RevokedAt.Should().Be(Now.AddHours(1));
        session.Tokens.Should().NotContain(token => token.Hash == "third");
        session.Rotate("second", "fourth", Lifetime, Now.AddHours(2)).Should().Be(Rotation.Refused);
    }

    [Test]
    public void Rotate_WhenRepeatedSoonAndItsSuccessorIsUnused_GivesTheSameSuccessor()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now);

        session.Rotate("first", "second", Lifetime, Now.AddSeconds(10).AddTicks(-1)).Should().Be(Rotation.Repeated);

        session.RevokedAt.Should().BeNull();
        session.Tokens.Should().HaveCount(2);
        session.Rotate("second", "third", Lifetime, Now.AddSeconds(10)).Should().Be(Rotation.Rotated);
    }

    [Test]
    public void Rotate_WhenRepeatedAfterTheRetryWindow_RevokesTheSession()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now);

        session.Rotate("first", "second", Lifetime, Now.AddSeconds(10)).Should().Be(Rotation.Reused);

        session.RevokedAt.Should().NotBeNull();
    }

    [Test]
    public void Rotate_WhenRepeatedSoonButItsSuccessorIsSpent_RevokesTheSession()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now);
        session.Rotate("second", "third", Lifetime, Now.AddSeconds(1));

        session.Rotate("first", "second", Lifetime, Now.AddSeconds(2)).Should().Be(Rotation.Reused);
    }

    [Test]
    public void Rotate_WhenStrict_RevokesAtTheFirstRepetition()
    {
        var session = Open();
        var strict = Lifetime with { Retry = TimeSpan.Zero };
        session.Rotate("first", "second", strict, Now);

        session.Rotate("first", "second", strict, Now).Should().Be(Rotation.Reused);
    }

    [Test]
    public void Open_NotesFromWhere_ShortenedAndWithoutControlCharacters()
    {
        var client = new SessionClient("192.0.2.1", "Browser\r\n" + new string('x', 300));

        var session = Session.Open(User, client, "first", Lifetime, Now);

        session.Address.Should().Be("192.0.2.1");
        session.Device.Should().HaveLength(Session.DeviceMaxLength).And.StartWith("Browserx");
    }

    [Test]
    public void Rotate_WhenASpentTokenComesBackAfterItsEnd_StillRevokes()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now);

        session.Rotate("first", "third", Lifetime, Now.AddDays(20)).Should().Be(Rotation.Reused);
    }

    [Test]
    public void Rotate_WhenIdleForTooLong_IsRefused()
    {
        var session = Open();

        session.Rotate("first", "second", Lifetime, Now + Lifetime.Idle).Should().Be(Rotation.Refused);
        session.Rotate("first", "second", Lifetime, Now + Lifetime.Idle - TimeSpan.FromTicks(1)).Should().Be(Rotation.Rotated);
    }

    [Test]
    public void Rotate_NeverOutlivesTheSessionsAbsoluteEnd()
    {
        var session = Open();
        session.Rotate("first", "second", Lifetime, Now.AddDays(13));
        session.Rotate("second", "third", Lifetime, Now.AddDays(26));

        session.TokenExpiresAt.Should().Be(session.ExpiresAt);
        session.Rotate("third", "fourth", Lifetime, session.ExpiresAt).Should().Be(Rotation.Refused);
    }

    [Test]
    public void Rotate_WhenTheTokenIsUnknown_ChangesNothing()
    {
        var session = Open();

        session.Rotate("foreign", "second", Lifetime, Now).Should().Be(Rotation.Refused);

        session.RevokedAt.Should().BeNull();
        session.Tokens.Should().ContainSingle();
    }

    [Test]
    public void Revoke_WhenRevokedBefore_KeepsTheFirstMoment()
    {
        var session = Open();
        session.Revoke(Now);
        session.Revoke(Now.AddDays(1));

        session.RevokedAt.Should().Be(Now);
    }

    private static Session Open() => Session.Open(User, new SessionClient("192.0.2.1", "Browser"), "first", Lifetime, Now);
}
