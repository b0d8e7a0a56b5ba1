using CleanLlm.Application.Ai;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>A provider that answers what the test has written, over a real connection.</summary>
internal static class RawProvider
{
    private static int calls;

    /// <summary>What the provider's own client makes of an answer.</summary>
    public static async Task<ChatResponse> AskAsync(RawAnswer answer, bool stream, TimeProvider? clock = null)
    {
        var model = Model(answer);
        await using var ai = AiServices.With(UpstreamFixture.Upstream, clock, model);
        var options = new ChatOptions { ModelId = model };
        if (!stream)
            return await ai.Client().GetResponseAsync(Ask.Messages, options);
        var updates = await ai.Client().GetStreamingResponseAsync(Ask.Messages, options).ToListAsync();
        return Whole(updates);
    }

    /// <summary>A stream's updates.</summary>
    public static async Task<List<ChatResponseUpdate>> StreamAsync(params string?[] events)
    {
        var model = Model(RawAnswer.Events(events));
        await using var ai = AiServices.With(UpstreamFixture.Upstream, null, model);
        return await ai.Client().GetStreamingResponseAsync(Ask.Messages, new ChatOptions { ModelId = model }).ToListAsync();
    }

    /// <summary>How an answer fails, and what of it had been handed on, before which there must not have been anything else.</summary>
    public static async Task<(ProviderFailure? Failure, string Text)> FailAsync(RawAnswer answer, bool stream)
    {
        var model = Model(answer);
        await using var ai = AiServices.With(UpstreamFixture.Upstream, null, model);
        var (options, text) = (new ChatOptions { ModelId = model }, "");
        try
        {
            if (stream)
            {
                await foreach (var update in ai.Client().GetStreamingResponseAsync(Ask.Messages, options))
                    text += text.Length == 0 && update.Text.Length == 0 ? "(nothing)" : update.Text;
            }
            else
            {
                text = (await ai.Client().GetResponseAsync(Ask.Messages, options)).Text;
            }

            return (null, text);
        }
        catch (ProviderException thrown)
        {
            thrown.ToString().Should().NotContain("secret");
            return (thrown.Failure, text);
        }
    }

    /// <summary>A model of the scripted server that gives the answer.</summary>
    public static string Model(RawAnswer answer)
    {
        var name = FormattableString.Invariant($"raw@{Interlocked.Increment(ref calls)}");
        UpstreamFixture.Upstream.Model(name).Raw = answer;
        return name;
    }

    // Like other code that collects updates: of figures and reasons the last ones count.
    private static ChatResponse Whole(List<ChatResponseUpdate> updates)
    {
        var contents = updates.SelectMany(update => update.Contents).ToList();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. contents.Where(content => content is not UsageContent)]))
        {
            FinishReason = updates.LastOrDefault(update => update.FinishReason is not null)?.FinishReason,
            Usage = contents.OfType<UsageContent>().LastOrDefault()?.Details,
        };
    }
}
