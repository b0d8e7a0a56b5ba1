using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Usage;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>A completion on its way through the store: 10 prompt tokens and at most 40 of an answer, at 1 and 2 micros each.</summary>
internal sealed record Question(UserId User, DateTimeOffset Now)
{
    /// <summary>What one question reserves in tokens when nothing shortens it.</summary>
    public const int Tokens = 50;

    private static readonly Model Model = new("model", "Model", "upstream", 8192, 1024, new TokenPrice(1, 2, "v1"));

    public ChatId? Chat { get; init; }

    public MessageId? Parent { get; init; }

    public string Prompt { get; init; } = "hello";

    /// <summary>The template that it is asked by; null for none.</summary>
    public TemplateUse? Template { get; init; }

    /// <summary>The stored question that is answered once more; null for a new one.</summary>
    public MessageId? Regenerated { get; init; }

    /// <summary>Whether its parent was found as the end of the active branch.</summary>
    public bool FollowsLeaf { get; init; }

    public bool Store { get; init; } = true;

    public bool StoreReasoning { get; init; }

    /// <summary>What makes it repeatable; null for nothing.</summary>
    public IdempotentRequest? Idempotency { get; init; }

    /// <summary>Tokens of the prompt by our own count; null where none is known.</summary>
    public int? CountedPromptTokens { get; init; }

    /// <summary>Whether the caller set the longest answer, so that all of it is held.</summary>
    public bool LengthIsSet { get; init; }

    /// <summary>The longest answer.</summary>
    public int Longest { get; init; } = 40;

    /// <summary>What it may use.</summary>
    public QuotaDemand Demand => new(10, Longest, LengthIsSet, Model.Price);

    /// <summary>A completion that no store has seen.</summary>
    public Completion Start() => Completion.Start(
        new CompletionStart(
            User,
            Chat is { } chat
                ? new ChatTurn(chat, Parent, Regenerated ?? MessageId.New(Now), MessageId.New(Now), Regenerated is not null) { FollowsLeaf = FollowsLeaf }
                : null,
            Model,
            Template?.Text ?? Prompt,
            PromptTokens: 10,
            [new Finding("sanitize", "invisible_characters_removed", 2)],
            Store)
        {
            Template = Template?.ToJson(),
            StoreReasoning = StoreReasoning,
            Idempotency = Idempotency,
            CountedPromptTokens = CountedPromptTokens,
        },
        Now);

    public async Task<(Completion Completion, Result<IReadOnlyList<QuotaCounter>> Admission)> AdmitAsync(
        PersistenceHost host, params PlanLimit[] limits)
    {
        var completion = Start();
        return (completion, await host.Store.AdmitAsync(completion, limits, Demand, default));
    }

    /// <summary>Admits it and expects to succeed.</summary>
    public async Task<Completion> BeginAsync(PersistenceHost host, params PlanLimit[] limits)
    {
        var (completion, admission) = await AdmitAsync(host, limits);
        admission.Error.Should().BeNull();
        return completion;
    }

    /// <summary>Admits and answers it.</summary>
    public async Task<Completion> AnswerAsync(PersistenceHost host, string answer, params PlanLimit[] limits)
    {
        var completion = await BeginAsync(host, limits);
        (await host.Store.CloseAsync(Succeed(completion, Now, answer), default)).Should().NotBeNull();
        return completion;
    }

    /// <summary>An answer of 5 tokens: 15 together, 20 micros.</summary>
    public static CompletionClosing Succeed(Completion completion, DateTimeOffset now, string answer = "answer") =>
        completion.Succeed(answer, new TokenCount(10, 5, UsageBasis.Reported), FinishReason.Stop, now);
}
