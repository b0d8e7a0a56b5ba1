using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Accounts;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AccountDataUseCaseTests
{
    private readonly AccountsFixture fixture = new();
    private readonly IAccountErasure erasure = Substitute.For<IAccountErasure>();

    private Guid Me => fixture.User.Id.Value;

    [Test]
    public async Task Erasure_IsAuditedWithoutADetail_AndKnownEverywhere()
    {
        (await EraseAsync()).Error.Should().BeNull();

        fixture.Audited.Should().Equal(new AuditEvent(AuditActions.Erased, Me, Me));
        fixture.Forgotten.Should().Equal(fixture.User.Id);
    }

    [Test]
    public async Task Erasure_OfTheLastAdmin_IsRefused()
    {
        erasure.EraseAsync(default, default).ReturnsForAnyArgs(AdminErrors.LastAdmin);

        (await EraseAsync()).Error.Should().Be(AdminErrors.LastAdmin);

        fixture.Forgotten.Should().BeEmpty();
    }

    [Test]
    public async Task Export_IsAuditedBeforeItsFirstByte()
    {
        var (users, audit, export) = (Substitute.For<IUserRepository>(), Substitute.For<IAuditTrail>(), Substitute.For<IAccountExport>());
        users.FindAsync(fixture.User.Id, Arg.Any<CancellationToken>()).Returns(fixture.User);

        (await new ExportMeHandler(users, export, audit, fixture, Mappings.Mapper, fixture.Clock).Handle(new ExportMe(), default)).IsSuccess.Should().BeTrue();

        Received.InOrder(() =>
        {
            audit.Add(new AuditEvent(AuditActions.Exported, Me, Me));
            _ = audit.SaveAsync(Arg.Any<CancellationToken>());
            export.Of(Mappings.Mapper.Map<ExportedProfileDto>(fixture.User), fixture.Clock.GetUtcNow());
        });
    }

    [Test]
    public void AnExportedLine_LeavesOutWhatIsSomebodyElses()
    {
        var other = Guid.CreateVersion7();

        Line(AuditActions.SignedIn, Me, Me).Should().BeEquivalentTo(new { ByYou = true, SubjectId = (Guid?)Me });
        Line(AuditActions.KeyCreated, Me, other).Should().BeEquivalentTo(new { ByYou = true, SubjectId = (Guid?)other }, "the subject is a key");
        Line(AuditActions.ContentRead, other, Me).Should().BeEquivalentTo(new { ByYou = false, SubjectId = (Guid?)Me });
        Line(AuditActions.ContentRead, other, Me).Detail.Should().NotBeNull();
        Line(AuditActions.UserChanged, Me, other).Should().BeEquivalentTo(new { ByYou = true, SubjectId = (Guid?)null });
        Line(AuditActions.UserChanged, Me, other).Detail.Should().BeNull();
    }

    private ExportedAuditDto Line(string action, Guid actor, Guid subject) =>
        ExportedAuditDto.Of(
            Mappings.Mapper.Map<AuditEntryDto>(AuditEntry.Of(new AuditEvent(action, actor, subject, """{"reason":"x"}"""), fixture.Clock.GetUtcNow())), Me);

    private Task<Domain.Results.Result<MediatR.Unit>> EraseAsync() =>
        new EraseMeHandler(erasure, fixture, fixture, fixture).Handle(new EraseMe(), default);
}
