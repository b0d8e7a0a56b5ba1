using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Models;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Application.UnitTests;

/// <summary>What the profiles say beyond names that are the same.</summary>
internal sealed class MappingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void EveryProfile_MapsEveryMember() => Mappings.Mapper.ConfigurationProvider.AssertConfigurationIsValid();

    [Test]
    public void AModel_HasThePriceOfEachClass()
    {
        var price = new TokenPrice(3, 15, "v1") { CachedPrompt = 0.3m, CacheWrite = 3.75m, Reasoning = 12, Request = 0.01m };
        var model = new Model("m", "Model", "acme", 8_000, 1_000, price) { Capabilities = ["tools", "images"] };

        Mappings.Mapper.Map<ModelDto>(model).Should().BeEquivalentTo(
            new ModelDto("m", "Model", "acme", 8_000, 1_000, new ModelPriceDto(3, 0.3m, 3.75m, 15, 12, 0.01m), ["tools", "images"]));
    }

    [Test]
    public void ATurnThatRuns_IsItsCompletion_AndNoneIsNone()
    {
        var turn = new RunningTurn(CompletionId.New(Now), BranchPoint: null, MessageId.New(Now), "What?");

        Mappings.Mapper.Map<RunningTurnDto>(turn).Should().Be(new RunningTurnDto(turn.Id, turn.QuestionId, "What?"));
        Mappings.Mapper.Map<RunningTurn?, RunningTurnDto?>(null).Should().BeNull();
    }

    [TestCase("""{"reason":"x"}""", JsonValueKind.Object)]
    [TestCase("{not json", JsonValueKind.String)]
    [TestCase(null, null)]
    public void ALineOfTheAuditLog_ShowsItsDetail_AlsoWhenSomebodyTamperedWithIt(string? detail, JsonValueKind? kind)
    {
        var line = Mappings.Mapper.Map<AuditEntryDto>(AuditEntry.Of(new AuditEvent("auth.signed_in", null, null, detail), Now));

        (line.Detail?.ValueKind).Should().Be(kind);
        (line.At, line.Action, line.Redacted).Should().Be((Now, "auth.signed_in", false));
    }

    [Test]
    public void ALineWhoseDetailWasErased_IsRedacted()
    {
        var entry = AuditEntry.Of(new AuditEvent("auth.signed_in", null, null), Now);
        entry.Place(7, detailHash: [1]);

        var line = Mappings.Mapper.Map<AuditEntryDto>(entry);

        (line.Sequence, line.Redacted, line.Detail).Should().Be((7, true, null));
    }

    [Test]
    public void AnExportedKey_NamesItsScopes()
    {
        var terms = new ApiKeyTerms("key", ApiKeyScopeNames.All, ExpiresAt: null, MonthlyTokenLimit: 5);
        var key = ApiKey.Create(UserId.New(Now), ApiKeyId.New(Now), terms, [1], Now).Value;

        Mappings.Mapper.Map<ExportedKeyDto>(key).Should().BeEquivalentTo(
            new ExportedKeyDto(key.Id, "key", ApiKeyScopeNames.Of(ApiKeyScopeNames.All), 5, Now, ExpiresAt: null, LastUsedAt: null));
    }

    [Test]
    public void AnExportedMessage_HasItsFeedback_AndNoneWhileItIsUnrated()
    {
        var turn = new ChatTurn(ChatId.New(Now), ParentId: null, MessageId.New(Now), MessageId.New(Now));
        var model = new Model("small", "Small", "acme", 8_000, 1_000, TokenPrice.Free);
        var completion = Completion.Start(new CompletionStart(UserId.New(Now), turn, model, "hello", 10, [], Store: true), Now);
        completion.Hold(new Reservation([], 400), Now.AddMinutes(2));
        var (question, answer) = completion.Succeed("answer", new TokenCount(10, 5, UsageBasis.Reported), FinishReason.Stop, Now).Exchange!;
        answer!.Rate(FeedbackRating.Down, "Wrong");

        Mappings.Mapper.Map<ExportedMessageDto>(answer).Should().Be(new ExportedMessageDto(
            turn.AnswerId, turn.QuestionId, MessageRole.Assistant, "answer", "small", 10, 5, Now, new FeedbackDto(FeedbackRating.Down, "Wrong")));
        Mappings.Mapper.Map<ExportedMessageDto>(question).Should().Be(
            new ExportedMessageDto(turn.QuestionId, null, MessageRole.User, "hello", null, null, null, Now, Feedback: null));
    }

    [Test]
    public void AnExportedLineOfTheLedger_HasItsCostInMillionths()
    {
        var entry = new UsageEntry(CompletionId.New(Now), UserId.New(Now), "m", "acme", 10, 20, CostNanos: 1_234_567, "v1", UsageBasis.Reported, Now)
        {
            CachedPromptTokens = 1,
            CacheWriteTokens = 2,
            ReasoningTokens = 3,
        };

        Mappings.Mapper.Map<ExportedUsageDto>(entry).Should().Be(
            new ExportedUsageDto(entry.Id, null, "m", "acme", 10, 1, 2, 20, 3, 1234.567m, "v1", UsageBasis.Reported, Now));
    }
}
