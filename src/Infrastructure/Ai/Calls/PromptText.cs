using System.Text;
using System.Text.RegularExpressions;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>
/// A conversation as one text, for services that take a prompt. A single message of the user is sent as it is; otherwise each message
/// follows its role (<c>System: …</c>), parted by empty lines, and <c>Assistant:</c> at the end asks for the answer. Within a message a
/// line that begins like a role is indented by a space, so that no text can pose as another message; parts of a message are lines of it.
/// </summary>
internal static partial class PromptText
{
    /// <exception cref="ProviderException">A message holds more than text, or the options ask for tools or a format of the answer.</exception>
    public static string Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (options is { Tools.Count: > 0, ToolMode: not NoneChatToolMode } or { ResponseFormat: ChatResponseFormatJson })
            throw new ProviderException(ProviderFailure.Unsupported, "The provider's contract knows neither tools nor formats of the answer.");

        var all = messages.ToList();
        if (options?.Instructions is { Length: > 0 } instructions)
            all.Insert(0, new ChatMessage(ChatRole.System, instructions));
        if (all is [{ Role: var role } only] && role == ChatRole.User)
            return Text(only);

        var prompt = new StringBuilder();
        foreach (var message in all)
            prompt.Append(Label(message.Role)).Append(": ").Append(RoleAtLineStart().Replace(Text(message), " $0")).Append("\n\n");
        return prompt.Append("Assistant:").ToString();
    }

    private static string Label(ChatRole role)
    {
        if (role == ChatRole.User)
            return "User";
        if (role == ChatRole.Assistant)
            return "Assistant";
        return role == ChatRole.System || role == new ChatRole("developer")
            ? "System"
            : throw new ProviderException(ProviderFailure.Unsupported, "The provider's contract knows the roles system, user and assistant.");
    }

    // What a model's family needs back is for that family: servers that do not know it ignore it too.
    private static string Text(ChatMessage message) => message.Contents.All(content => content is TextContent or TextReasoningContent or MessageField)
        ? TextForms.Whole(message)
        : throw new ProviderException(ProviderFailure.Unsupported, "The provider's contract knows text only.");

    [GeneratedRegex(
        @"^(?:System|User|Assistant):", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex RoleAtLineStart();
}
