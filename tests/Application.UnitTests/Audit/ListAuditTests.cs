using CleanLlm.Application.Audit;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Audit;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ListAuditTests
{
    private const string Email = "ada@example.org";

    private readonly Guid ada = Guid.CreateVersion7();
    private readonly IAuditLog log = Substitute.For<IAuditLog>();
    private readonly IAuditParties parties = Substitute.For<IAuditParties>();

    public ListAuditTests()
    {
        log.ListAsync(null!, null, 0, default).ReturnsForAnyArgs(new Page<AuditEntryDto>([], "next"));
        parties.FindAsync(Arg.Is<EmailAddress>(email => email.Value == Email), Arg.Any<CancellationToken>()).Returns(ada);
    }

    [Test]
    public async Task Parties_AreFoundById_AndByAddress()
    {
        var key = Guid.CreateVersion7();

        await ListAsync(actor: "ada@EXAMPLE.org", subject: key.ToString(), "api_key.created");

        await log.Received(1).ListAsync(new AuditFilter(ada, key, "api_key.created"), null, 20, Arg.Any<CancellationToken>());
    }

    [Test]
    public async Task ABlank_MeansAnybody()
    {
        await ListAsync(actor: "", subject: " ");

        await log.Received(1).ListAsync(new AuditFilter(null, null, null), null, 20, Arg.Any<CancellationToken>());
    }

    [Test]
    public async Task AnAddressWithoutAnAccount_FindsNothing([Values] bool asActor)
    {
        const string Gone = "gone@example.org";

        (await ListAsync(asActor ? Gone : null, asActor ? null : Gone)).Should().BeEquivalentTo(new Page<AuditEntryDto>([], NextCursor: null));

        await log.DidNotReceiveWithAnyArgs().ListAsync(null!, null, 0, default);
    }

    [TestCase("nobody", null, "Actor")]
    [TestCase(null, "a b@example.org", "Subject")]
    public void WhatIsNeitherIdNorAddress_IsRefused(string? actor, string? subject, string field) =>
        new ListAuditValidator().Validate(new ListAudit(actor, subject, null, null, 20)).Errors.Should().ContainSingle().Which.PropertyName.Should().Be(field);

    private async Task<Page<AuditEntryDto>> ListAsync(string? actor, string? subject, string? action = null) =>
        (await new ListAuditHandler(log, parties).Handle(new ListAudit(actor, subject, action, null, 20), default)).Value;
}
