using CleanLlm.Application.Administration;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Administration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ContentReadingTests
{
    private const string Reason = "Ticket 4711: they asked";

    private readonly AdministrationFixture fixture = new();
    private readonly IAuditTrail audit = Substitute.For<IAuditTrail>();
    private readonly IChatQueries chats = Substitute.For<IChatQueries>();
    private readonly ChatId chat = new(Guid.CreateVersion7());

    [Test]
    public async Task Content_IsReadOnlyAfterTheLineIsStored()
    {
        chats.ListAsync(default, default, default, default, default).ReturnsForAnyArgs(new Page<ChatDto>([], null));

        (await new ListUserChatsHandler(Reading, chats).Handle(new ListUserChats(fixture.Somebody.Id, Reason, null, 20), default)).IsSuccess.Should().BeTrue();

        Received.InOrder(() =>
        {
            audit.Add(new AuditEvent(
                AuditActions.ContentRead,
                fixture.Accounts.User.Id.Value,
                fixture.Somebody.Id.Value,
                $$"""{"what":"chats","chatId":null,"reason":"{{Reason}}"}"""));
            _ = audit.SaveAsync(default);
            _ = chats.ListAsync(fixture.Somebody.Id, null, null, 20, default);
        });
    }

    [Test]
    public async Task Content_IsNotRead_WhenTheLineCannotBeStored()
    {
        audit.SaveAsync(default).ReturnsForAnyArgs(Task.FromException(new TimeoutException()));

        await this.Awaiting(_ => MessagesAsync(Reason)).Should().ThrowAsync<TimeoutException>();

        chats.ReceivedCalls().Should().BeEmpty();
    }

    [TestCase(null)]
    [TestCase("short")]
    public async Task WithoutAReason_NothingIsReadOrAudited(string? reason)
    {
        (await MessagesAsync(reason)).Error!.Fields.Should().ContainKey("Audit-Reason");

        chats.ReceivedCalls().Should().BeEmpty();
        audit.ReceivedCalls().Should().BeEmpty();
    }

    [Test]
    public async Task AnAbsentUser_IsNotFound() =>
        (await new ListUserChatsHandler(Reading, chats).Handle(new ListUserChats(new UserId(Guid.CreateVersion7()), Reason, null, 20), default))
            .Error.Should().Be(AdminErrors.UserNotFound);

    private ContentReading Reading => new(fixture.Users, audit, fixture.Accounts);

    private Task<Domain.Results.Result<Page<MessageDto>>> MessagesAsync(string? reason) =>
        new ListUserMessagesHandler(Reading, chats).Handle(new ListUserMessages(fixture.Somebody.Id, chat, reason, null, 20), default);
}
