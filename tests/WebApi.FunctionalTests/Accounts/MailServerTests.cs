using System.Globalization;
using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Mail;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

/// <summary>The program with a mail server, which it may not be able to reach.</summary>
public sealed class MailServerTests(DatabaseKind kind) : ApiTests(kind)
{
    private readonly LoopbackSmtpServer server = new();

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("Smtp:Host", "127.0.0.1"),
        new("Smtp:Port", server.Port.ToString(CultureInfo.InvariantCulture)),
        new("Smtp:From", "CleanLlm <noreply@example.org>"),
        new("Smtp:Security", "None"),
        new("Email:RetrySeconds", "1"),
    ];

    [OneTimeTearDown]
    public ValueTask StopServerAsync() => server.DisposeAsync();

    [Test]
    public async Task AMailThatTheServerPutsOff_IsSentLater_AndTheRequestSucceeds()
    {
        server.Refuse("451 4.3.2 not now", "451 4.3.2 not now");

        using var caller = await Api.SignInAsync();

        await Eventually.HoldsAsync("the mail arrives", () => Task.FromResult(server.Received.Any(mail => mail.To == caller.Email)));
        server.Received.Count(mail => mail.To == caller.Email).Should().Be(1);
        server.Commands.Count(command => command == "RCPT").Should().BeGreaterThanOrEqualTo(3);
        var mail = server.Received.Single(mail => mail.To == caller.Email);
        mail.From.Should().Be("noreply@example.org");
        mail.Data.Should().Contain("Subject: Confirm your e-mail address").And.Contain("text/plain").And.Contain("text/html");
        (await caller.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
    }
}
