using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Models;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

/// <summary>Prompts for a model with a window of 1,000 tokens.</summary>
internal static class Drafts
{
    public static PromptDraft Of(string question) => new()
    {
        Model = new Model("m", "M", "upstream", ContextWindow: 1000, MaxOutputTokens: 1000, TokenPrice.Free),
        Field = "prompt",
        Messages = [new ChatMessage(ChatRole.User, question)],
        MaxCompletionTokens = 100,
    };
}
