using System.Diagnostics.Metrics;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>Prompts for a model with a window of 1,000 tokens.</summary>
internal static class Drafts
{
    public static readonly Model Model = new("m", "M", "upstream", ContextWindow: 1000, MaxOutputTokens: 1000, TokenPrice.Free);

    public static PromptContext Context { get; } = new(
        UserId.New(DateTimeOffset.UnixEpoch),
        Plan.Create(new PlanTerms("test", IsDefault: true, Concurrency: null, [], MaxOutputTokens: null, []), DateTimeOffset.UnixEpoch).Value,
        Key: null,
        ChatId: null,
        Model);

    public static PromptContent Asking(string question) => new() { Messages = [new ChatMessage(ChatRole.User, question)] };

    public static PromptDraft Of(string question) => Of(Asking(question));

    public static PromptDraft Of(PromptContent content, int maxTokens = 100, bool isExact = false, int window = 1000) =>
        PromptDraft.Of(content, Model with { ContextWindow = window }, "prompt", maxTokens, isExact);

    /// <summary>What a step makes of a draft.</summary>
    public static async Task<Result<PromptDraft>> ApplyAsync(this IPromptStep step, PromptDraft draft, StepMode? mode = null) =>
        await step.ApplyAsync(draft, Context, mode ?? step.Policy?.Default ?? StepMode.Block, CancellationToken.None);

    /// <summary>The steps as a pipeline, each set as it is by default.</summary>
    public static PromptPipeline Pipeline(params IEnumerable<IPromptStep> steps) => new(steps, Policies(), Metrics());

    /// <summary>Steps as the configuration sets them.</summary>
    public static StepPolicies Policies(IEnumerable<StepPolicy>? policies = null, params IReadOnlyList<StepSettingOptions> settings) =>
        new(policies ?? [], Options.Create<List<StepSettingOptions>>([.. settings]));

    /// <summary>Counts for no listener.</summary>
    public static FindingMetrics Metrics() => new(new Meters());

    /// <summary>What the model gets of a draft's history.</summary>
    public static IEnumerable<string> HistorySent(this PromptDraft draft) =>
        draft.Slots.Where(slot => slot.IsStored).Skip(draft.HistoryLeftOut).Select(slot => slot.Text);

    /// <summary>The one text of a provenance.</summary>
    public static string? TextOf(this PromptDraft draft, TextProvenance provenance) => draft.Slots.SingleOrDefault(slot => slot.Provenance == provenance)?.Text;

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
