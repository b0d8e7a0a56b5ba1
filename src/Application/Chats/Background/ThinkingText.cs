using System.Text.RegularExpressions;

namespace CleanLlm.Application.Chats.Background;

/// <summary>
/// Takes what a model thinks out of what it answers, where its server leaves it in the text: between tags (DeepSeek, Qwen, Kimi,
/// Magistral, Seed and others) or in channels (gpt-oss).
/// </summary>
internal static partial class ThinkingText
{
    private const int TimeoutMilliseconds = 2_000;
    private const RegexOptions Style = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private const string FinalChannel = "<|channel|>final";
    private const string Message = "<|message|>";

    /// <summary>The answer alone; empty when the text ends while the model still thinks.</summary>
    public static string Remove(string text)
    {
        var answer = text;
        if (answer.Contains("<|channel|>", StringComparison.Ordinal))
        {
            var final = answer.LastIndexOf(FinalChannel, StringComparison.Ordinal);
            answer = final < 0 ? "" : answer[final..];
            answer = answer.IndexOf(Message, StringComparison.Ordinal) is >= 0 and var begins ? answer[(begins + Message.Length)..] : "";
        }

        answer = WithoutTags(answer);
        return SpecialToken().Replace(answer, "");
    }

    // Some templates open the block in the prompt, so that the answer only closes it. One that is never closed goes to the end.
    private static string WithoutTags(string text)
    {
        var (kept, from, depth) = (new System.Text.StringBuilder(), 0, 0);
        foreach (Match tag in Tag().Matches(text))
        {
            var opens = !tag.Groups["end"].Success;
            if (depth == 0 && opens)
                kept.Append(text, from, tag.Index - from);
            else if (depth == 0)
                kept.Clear();
            depth = opens ? depth + 1 : Math.Max(0, depth - 1);
            from = tag.Index + tag.Length;
        }

        return depth > 0 ? kept.ToString() : kept.Append(text, from, text.Length - from).ToString();
    }

    private const string Names = "think|thinking|thought|thoughts|reasoning|reason|reflection|seed:think|seed:cot_budget_reflect|longcat_think|analysis|scratchpad";

    [GeneratedRegex(
        @"<(?<end>/)?(?:" + Names + @")(?:\s[^<>]{0,100})?>|◁(?<end>/)?think▷|\[(?<end>/)?THINK\]|"
        + @"<\|(?:START_THINKING|begin_of_thought)\|>|(?<end><\|(?:END_THINKING|end_of_thought)\|>)",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex Tag();

    [GeneratedRegex(@"<\|[^<>|]{1,40}\|>", Style, TimeoutMilliseconds)]
    private static partial Regex SpecialToken();
}
