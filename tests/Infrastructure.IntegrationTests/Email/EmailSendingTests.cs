using CleanLlm.Application.Email;
using CleanLlm.Infrastructure.Email;
using CleanLlm.Testing;
using CleanLlm.Testing.Mail;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Email;

internal sealed class EmailSendingTests
{
    private const string To = "ada@example.org";

    private static readonly TimeSpan Deadline = Patience.Limit;

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task AMail_GoesOutWithBothParts()
    {
        await using var server = new LoopbackSmtpServer();
        await using var sending = new Sending(clock, Smtp(server), new());

        sending.Queue.Enqueue(Mail("Hello \u00e4\u00f6\u00fc"));
        await UntilAsync(() => server.Received.Count == 1);

        var received = server.Received[0];
        received.Should().BeEquivalentTo(new { From = "noreply@example.org", To });
        using var mail = await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(received.Data)));
        mail.Subject.Should().Be("Hello \u00e4\u00f6\u00fc");
        mail.TextBody.Should().Contain("as text");
        mail.HtmlBody.Should().Contain("as html");
        server.Commands.Should().Contain("AUTH");
    }

    [Test]
    public async Task AMailThatIsPutOff_IsTriedAgain_AfterWaitsThatGrow()
    {
        await using var server = new LoopbackSmtpServer();
        server.Refuse("451 not now", "452 nor now");
        await using var sending = new Sending(clock, Smtp(server), new() { RetrySeconds = 10 });

        sending.Queue.Enqueue(Mail("patient"));
        await UntilAsync(() => Attempts(server) == 1);
        await UntilAsync(() => Attempts(server) == 2, advance: TimeSpan.FromSeconds(1));
        var second = clock.GetUtcNow();
        await UntilAsync(() => Attempts(server) == 3, advance: TimeSpan.FromSeconds(1));

        (clock.GetUtcNow() - second).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(25));
        await UntilAsync(() => server.Received.Count == 1);
    }

    [Test]
    public async Task AMailThatIsRefusedForGood_IsNotTriedAgain_AndHoldsUpNoOther()
    {
        await using var server = new LoopbackSmtpServer();
        server.Refuse("550 no such user");
        await using var sending = new Sending(clock, Smtp(server), new());

        sending.Queue.Enqueue(Mail("refused"));
        await UntilAsync(() => Attempts(server) == 1);
        sending.Queue.Enqueue(Mail("taken"));
        await UntilAsync(() => server.Received.Count == 1);
        clock.Advance(TimeSpan.FromHours(1));

        server.Received.Should().ContainSingle().Which.Data.Should().Contain("Subject: taken");
        Attempts(server).Should().Be(2);
    }

    [Test]
    public async Task AServerWithoutTls_IsGivenNothing_UnlessToldSo()
    {
        await using var server = new LoopbackSmtpServer();
        await using var sending = new Sending(clock, Smtp(server) with { Security = SmtpSecurity.Auto }, new() { Attempts = 1 });

        sending.Queue.Enqueue(Mail("secret"));
        await UntilAsync(() => server.Commands.Contains("EHLO"));
        await sending.StopAsync();

        server.Received.Should().BeEmpty();
        server.Commands.Should().NotContain("AUTH").And.NotContain("MAIL");
    }

    [Test]
    public async Task WhenTheProcessStops_WhatIsQueuedIsSentFirst()
    {
        await using var server = new LoopbackSmtpServer();
        server.Refuse("451 not now");
        await using var sending = new Sending(clock, Smtp(server), new() { RetrySeconds = 600 });
        sending.Queue.Enqueue(Mail("put off"));
        await UntilAsync(() => Attempts(server) == 1);
        for (var i = 0; i < 20; i++)
            sending.Queue.Enqueue(Mail($"late {i}"));

        await sending.StopAsync();

        server.Received.Should().HaveCount(21);
    }

    [Test]
    public async Task WithoutAServer_MailsAreFiles_ThatOnlyTheirOwnerReads()
    {
        var root = Directory.CreateTempSubdirectory("cleanllm-outbox-").FullName;
        try
        {
            var environment = Substitute.For<IHostEnvironment>();
            environment.ContentRootPath.Returns(root);
            await using (var sending = new Sending(clock, new(), new(), environment))
            {
                sending.Queue.Enqueue(Mail("first"));
                sending.Queue.Enqueue(Mail("second"));
                await sending.StopAsync();
            }

            var files = Directory.GetFiles(Path.Combine(root, "data", "outbox"));
            files.Should().HaveCount(2).And.OnlyContain(file => file.EndsWith(".eml"));
            files.Select(file => MimeMessage.Load(file).Subject).Should().BeEquivalentTo("first", "second");
            if (!OperatingSystem.IsWindows())
                Array.ConvertAll(files, File.GetUnixFileMode).Should().OnlyContain(mode => mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [TestCase("Production", "mail.example.org", SmtpSecurity.None, "user", false)]
    [TestCase("Production", "127.0.0.1", SmtpSecurity.None, "user", true)]
    [TestCase("Production", "mail.example.org", SmtpSecurity.None, null, false)]
    [TestCase("Production", "mail.example.org", SmtpSecurity.Auto, "user", true)]
    [TestCase("Development", "mail.example.org", SmtpSecurity.None, "user", true)]
    public void Production_RefusesToSendAPasswordInTheClear(string name, string host, SmtpSecurity security, string? user, bool valid)
    {
        var environment = Substitute.For<IHostEnvironment>();
        environment.EnvironmentName.Returns(name);
        var options = new SmtpOptions { Host = host, Security = security, User = user, Password = user, From = "noreply@example.org" };

        new SmtpOptionsValidator(environment).Validate(null, options).Succeeded.Should().Be(valid);
    }

    [Test]
    public void AServer_NeedsASender_AndAPasswordForItsUser()
    {
        var outcome = new SmtpOptionsValidator(Substitute.For<IHostEnvironment>()).Validate(null, new SmtpOptions { Host = "mail", User = "user" });

        outcome.Failures.Should().HaveCount(2);
        new SmtpOptions { Password = "secret" }.ToString().Should().NotContain("secret");
    }

    private static EmailMessage Mail(string subject) => new(To, subject, "as text", "<p>as html</p>");

    private static SmtpOptions Smtp(LoopbackSmtpServer server) => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        User = "user",
        Password = "password",
        From = "CleanLlm <noreply@example.org>",
        Security = SmtpSecurity.None,
    };

    private static int Attempts(LoopbackSmtpServer server) => server.Commands.Count(command => command == "RCPT");

    private async Task UntilAsync(Func<bool> condition, TimeSpan advance = default)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            clock.Advance(advance);
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }

    private sealed class Sending : IAsyncDisposable
    {
        private readonly EmailSending sending;

        public Sending(TimeProvider clock, SmtpOptions smtp, EmailDeliveryOptions delivery, IHostEnvironment? environment = null)
        {
            var (server, rules) = (Options.Create(smtp), Options.Create(delivery));
            IEmailTransport transport = environment is null ? new SmtpTransport(server) : new OutboxTransport(rules, environment, clock);
            Queue = new EmailQueue(rules, NullLogger<EmailQueue>.Instance);
            sending = new EmailSending(Queue, transport, rules, server, clock, NullLogger<EmailSending>.Instance);
            Started = sending.StartAsync(default);
        }

        public EmailQueue Queue { get; }

        public Task Started { get; }

        public Task StopAsync() => sending.StopAsync(default);

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            sending.Dispose();
        }
    }
}
