using CleanLlm.Application.Security;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>All columns that are stored encrypted: the one list for reading, writing and rotation.</summary>
internal static class ContentColumns
{
    private const string OwnerOfChat = "(SELECT c.owner_id FROM chats c WHERE c.id = t.chat_id)";

    public static readonly ContentColumn ChatTitle = OfChat("title") with { IsSearched = true };
    public static readonly ContentColumn ChatSystemPrompt = OfChat("system_prompt");
    public static readonly ContentColumn MessageContent = OfMessage("content") with { IsSearched = true };
    public static readonly ContentColumn MessageTemplate = OfMessage("template");
    public static readonly ContentColumn MessageReasoning = OfMessage("reasoning");
    public static readonly ContentColumn MessageFeedback = OfMessage("feedback_comment");
    public static readonly ContentColumn SummaryContent = new("chat_summaries", "content", OwnerOfChat);
    public static readonly ContentColumn CompletionPrompt = OfCompletion("prompt");
    public static readonly ContentColumn CompletionTemplate = OfCompletion("template");
    public static readonly ContentColumn CompletionAnswer = OfCompletion("answer");
    public static readonly ContentColumn CompletionReasoning = OfCompletion("reasoning");
    public static readonly ContentColumn CompletionToolCalls = OfCompletion("tool_calls") with { None = SealedToolCalls.None };
    public static readonly ContentColumn TemplateContent = new("template_versions", "content", "t.owner_id") { Otherwise = ContentOwner.Service };
    public static readonly ContentColumn PlanSystemPrompt = new("plans", "system_prompt", "NULL") { Otherwise = ContentOwner.Service };

    public static readonly IReadOnlyList<ContentColumn> All =
    [
        ChatTitle, ChatSystemPrompt, MessageContent, MessageTemplate, MessageReasoning, MessageFeedback, SummaryContent, CompletionPrompt, CompletionTemplate,
        CompletionAnswer, CompletionReasoning, CompletionToolCalls, TemplateContent, PlanSystemPrompt,
    ];

    private static ContentColumn OfChat(string name) => new("chats", name, "t.owner_id");

    private static ContentColumn OfMessage(string name) => new("messages", name, OwnerOfChat);

    private static ContentColumn OfCompletion(string name) => new("completions", name, "t.user_id");
}
