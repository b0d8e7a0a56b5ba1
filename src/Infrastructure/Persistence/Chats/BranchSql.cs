using CleanLlm.Domain.Chats;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

/// <summary>
/// Walks through a chat's message tree, one statement a walk, the same on both databases. Where rows say nothing else, one row without an id
/// means that the chat has no such message, and none that the chat is absent or another user's.
/// </summary>
internal static class BranchSql
{
    // {0} the chat, {1} its owner, {2} where the branch ends, {3} how many messages.
    private const string Walk =
        """
        WITH RECURSIVE branch AS (
            SELECT m.*, 1 AS depth
            FROM chats c JOIN messages m ON m.id = COALESCE({2}, c.active_leaf_id) AND m.chat_id = c.id
            WHERE c.id = {0} AND c.owner_id = {1}
            UNION ALL
            SELECT m.*, b.depth + 1
            FROM branch b JOIN messages m ON m.id = b.parent_id
            WHERE b.depth < {3}
        )
        SELECT b.id, b.parent_id, b.role, b.content, b.template, b.reasoning, b.model, b.prompt_tokens, b.counted_prompt_tokens, b.completion_tokens, b.created_at, b.rating,
            b.feedback_comment, b.depth, c.model AS chat_model, c.system_prompt,

        """;

    private const string OfChat =
        """
        , NULL AS summary_id, NULL AS summary_messages, NULL AS summary_content
        FROM chats c LEFT JOIN branch b ON 1 = 1
        WHERE c.id = {0} AND c.owner_id = {1}
        """;

    // {4} how far above the end of the branch its summary ends at least. The inner statement stands for itself and runs once; most chats have no summary.
    private const string OfChatWithSummary =
        """
        , s.id AS summary_id, s.messages AS summary_messages, s.content AS summary_content
        FROM chats c LEFT JOIN branch b ON 1 = 1
        LEFT JOIN chat_summaries s ON b.depth = 1 AND s.id = (
            SELECT w.id FROM chat_summaries w JOIN branch e ON e.id = w.id WHERE w.chat_id = {0} AND e.depth >= {4} ORDER BY e.depth LIMIT 1)
        WHERE c.id = {0} AND c.owner_id = {1}
        """;

    private const string Answered =
        "EXISTS (SELECT 1 FROM messages a WHERE a.chat_id = b.chat_id AND a.parent_id = b.id AND a.role = 2)";

    // A question that is being answered just now is not marked as one that was left without an answer.
    private const string Unmarked =
        Answered + " OR EXISTS (SELECT 1 FROM running_completions r JOIN completions d ON d.id = r.id WHERE r.chat_id = b.chat_id AND d.question_id = b.id)";

    // Only what a new question follows is asked for.
    private const string Plain = "NULL AS ids, CASE WHEN b.depth = 1 AND b.role = 1 THEN " + Answered + " END AS answered";

    // Apart from each other, because "the same or both without" is found by no index.
    private const string Siblings =
        """
        CASE WHEN b.parent_id IS NULL
            THEN (SELECT string_agg(CAST(s.id AS text), ',' ORDER BY s.created_at, s.id) FROM messages s WHERE s.chat_id = b.chat_id AND s.parent_id IS NULL)
            ELSE (SELECT string_agg(CAST(s.id AS text), ',' ORDER BY s.created_at, s.id) FROM messages s WHERE s.chat_id = b.chat_id AND s.parent_id = b.parent_id)
        END AS ids, CASE WHEN b.role = 1 THEN
        """ + " " + Unmarked + " END AS answered";

    // A question to be answered once more is the first or the second of its branch.
    private const string Answers =
        """
        CASE WHEN b.depth <= 2 AND b.role = 1
            THEN (SELECT string_agg(CAST(a.id AS text), ',' ORDER BY a.created_at, a.id) FROM messages a WHERE a.chat_id = b.chat_id AND a.parent_id = b.id)
        END AS ids, NULL AS answered
        """;

    /// <summary>The newest messages of the branch that ends at <paramref name="leaf"/>, or at the active leaf, newest first. Their content is decrypted.</summary>
    /// <remarks>The first has the newest summary that ends <paramref name="summaryDepth"/> messages above the end of the branch or higher, counted from 1.</remarks>
    public static Task<List<BranchRow>> ReadBranchAsync(
        this AppDbContext database, Guid chat, Guid owner, Guid? leaf, int maxMessages, int summaryDepth, ContentCipher cipher, CancellationToken ct) =>
        ReadAsync(database, Walk + Plain + OfChatWithSummary, chat, owner, leaf, maxMessages, summaryDepth, cipher, ct);

    /// <summary>The same, each message with the ids of all versions of it.</summary>
    public static Task<List<BranchRow>> ReadBranchWithSiblingsAsync(
        this AppDbContext database, Guid chat, Guid owner, Guid? leaf, int maxMessages, ContentCipher cipher, CancellationToken ct) =>
        ReadAsync(database, Walk + Siblings + OfChat, chat, owner, leaf, maxMessages, summaryDepth: null, cipher, ct);

    /// <summary>The same as the first, where the first question of the two newest messages has the ids of its answers.</summary>
    public static Task<List<BranchRow>> ReadBranchWithAnswersAsync(
        this AppDbContext database, Guid chat, Guid owner, Guid leaf, int maxMessages, int summaryDepth, ContentCipher cipher, CancellationToken ct) =>
        ReadAsync(database, Walk + Answers + OfChatWithSummary, chat, owner, leaf, maxMessages, summaryDepth, cipher, ct);

    /// <summary>All versions of a message, itself among them, oldest first.</summary>
    public static Task<List<BranchRow>> ReadSiblingsAsync(this AppDbContext database, Guid chat, Guid owner, Guid message, ContentCipher cipher, CancellationToken ct) =>
        OpenAsync(chat, cipher, database.Set<BranchRow>().FromSql(
            $"""
            WITH place AS (
                SELECT c.id AS chat_id, c.model AS chat_model, c.system_prompt, m.id AS message_id, m.parent_id
                FROM chats c LEFT JOIN messages m ON m.chat_id = c.id AND m.id = {message}
                WHERE c.id = {chat} AND c.owner_id = {owner}
            ), versions AS (
                SELECT m.* FROM place p JOIN messages m ON m.chat_id = p.chat_id AND m.parent_id = p.parent_id
                UNION ALL
                SELECT m.* FROM place p JOIN messages m ON m.chat_id = p.chat_id AND m.parent_id IS NULL
                WHERE p.message_id IS NOT NULL AND p.parent_id IS NULL
            )
            SELECT s.id, s.parent_id, s.role, s.content, s.template, s.reasoning, s.model, s.prompt_tokens, s.counted_prompt_tokens, s.completion_tokens, s.created_at,
                s.rating, s.feedback_comment, 1 AS depth, p.chat_model, p.system_prompt, NULL AS ids,
                CASE WHEN s.role = 1 THEN EXISTS (SELECT 1 FROM messages a WHERE a.chat_id = s.chat_id AND a.parent_id = s.id AND a.role = 2)
                    OR EXISTS (SELECT 1 FROM running_completions r JOIN completions d ON d.id = r.id WHERE r.chat_id = s.chat_id AND d.question_id = s.id) END AS answered,
                NULL AS summary_id, NULL AS summary_messages, NULL AS summary_content
            FROM place p LEFT JOIN versions s ON 1 = 1
            ORDER BY s.created_at, s.id
            """).ToListAsync(ct));

    /// <summary>All that hangs below a message of a chat and has nothing below itself; the message when it has nothing below it. None when it is not there.</summary>
    public static IQueryable<Message> LeavesBelow(this AppDbContext database, Guid chat, Guid message) => database.Messages.FromSql(
        $"""
        WITH RECURSIVE below AS (
            SELECT m.* FROM messages m WHERE m.chat_id = {chat} AND m.id = {message}
            UNION ALL
            SELECT m.* FROM below b JOIN messages m ON m.chat_id = {chat} AND m.parent_id = b.id
        )
        SELECT * FROM below b WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.chat_id = {chat} AND m.parent_id = b.id)
        """);

    private static async Task<List<BranchRow>> ReadAsync(
        AppDbContext database, string sql, Guid chat, Guid owner, Guid? leaf, int maxMessages, int? summaryDepth, ContentCipher cipher, CancellationToken ct)
    {
        object[] values = summaryDepth is { } depth ? [chat, owner, leaf!, maxMessages, depth] : [chat, owner, leaf!, maxMessages];
        var rows = await OpenAsync(chat, cipher, database.Set<BranchRow>().FromSqlRaw(sql, values).ToListAsync(ct));
        rows.Sort((left, right) => Nullable.Compare(left.Depth, right.Depth));
        return rows;
    }

    private static async Task<List<BranchRow>> OpenAsync(Guid chat, ContentCipher cipher, Task<List<BranchRow>> reading)
    {
        var rows = await reading;
        foreach (var row in rows)
            row.Open(chat, cipher);
        return rows;
    }
}
