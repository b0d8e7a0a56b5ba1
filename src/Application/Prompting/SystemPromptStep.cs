using CleanLlm.Domain.Results;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Prompting;

/// <summary>Puts the operator's instructions ahead of the chat's own.</summary>
internal sealed class SystemPromptStep(IOptions<PromptingOptions> options) : IPromptStep
{
    public Result<PromptDraft> Apply(PromptDraft draft)
    {
        var parts = new[] { options.Value.SystemPrompt, draft.SystemPrompt }.Where(part => !string.IsNullOrWhiteSpace(part));
        return draft with { SystemPrompt = string.Join("\n\n", parts) is { Length: > 0 } prompt ? prompt : null };
    }
}
