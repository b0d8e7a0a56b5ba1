using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Redaction;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

/// <summary>What the two steps make of a text.</summary>
internal static class Redactions
{
    private static readonly SecretsStep SecretSteps = new();

    public static PiiStep PiiStep(PiiOptions? options = null) => new(Options.Create(options ?? new PiiOptions()));

    /// <summary>The text that is sent when personal data is replaced.</summary>
    public static string Pii(string text, PiiOptions? options = null) => Sent(PiiStep(options), text);

    /// <summary>The text that is sent when secrets are replaced.</summary>
    public static string Secrets(string text) => Sent(SecretSteps, text);

    /// <summary>What both steps make of a draft, in their order.</summary>
    public static async Task<PromptDraft> BothAsync(PromptDraft draft, PromptContext? context = null)
    {
        foreach (var step in new IPromptStep[] { SecretSteps, PiiStep() })
            draft = (await step.ApplyAsync(draft, context ?? Drafts.Context, step.Policy!.Default, CancellationToken.None)).Value;
        return draft;
    }

    private static string Sent(IPromptStep step, string text) =>
        step.ApplyAsync(Drafts.Of(text)).Result.Value.Slots.Single().Text;
}
