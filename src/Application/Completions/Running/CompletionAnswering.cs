using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Completions.Running;

/// <summary>The half of a completion that needs no caller: answer, finish, commit.</summary>
internal sealed partial class CompletionAnswering(
    IChatRouter router,
    CompletionClosings closings,
    RunningCompletions running,
    CompletionSharing sharing,
    IEnumerable<ICompletionObserver> observers,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<CompletionAnswering> logger)
{
    /// <summary>Lets an admitted run go. It ends by itself and tells its readers how.</summary>
    public void Start(CompletionRun run, PromptDraft prompt, float? temperature)
    {
        running.Add(run);
        // One document is read where it was asked for; only streams are resumed elsewhere.
        var shared = run.IsStreamed ? sharing.ShareAsync(run) : Task.FromResult(false);
        _ = RunAsync(run, prompt, temperature, shared);
    }

    private async Task RunAsync(CompletionRun run, PromptDraft prompt, float? temperature, Task<bool> shared)
    {
        var started = clock.GetTimestamp();
        try
        {
            var error = await TryAnswerAsync(run, prompt, temperature);
            var ended = await CommitAsync(run, run.Close(error, tokens.Count, clock.GetUtcNow()), error);
            LogEnded(logger, run.Id, run.Model, ended.Error?.Code ?? "succeeded", clock.GetElapsedTime(started).TotalMilliseconds);
            run.End(ended);
        }
        catch (Exception fault)
        {
            // The row keeps its lease, so the sweep settles it; readers must not wait for that.
            LogLost(logger, fault, run.Id);
            run.End(CompletionErrors.NotStored);
        }
        finally
        {
            running.End(run);
        }

        if (await shared)
            running.Forget(run);
    }

    private async Task<Error?> TryAnswerAsync(CompletionRun run, PromptDraft prompt, float? temperature)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.MaxSeconds), clock);
        await using var tooLate = deadline.Token.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), run.Stop);
        await using var leaving = running.Stopping.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), run.Stop);
        try
        {
            var fits = await AnswerAsync(run, Messages(prompt), Options(run, prompt, temperature), run.IsStreamed, run.Stop.Token);
            run.EndAnswer();
            return fits ? null : CompletionErrors.TooLong;
        }
        catch (Exception) when (run.Stop.IsCancellationRequested)
        {
            // Whatever a client throws when it is told to stop, the reason is ours.
            return run.IsCancelled ? CompletionErrors.Cancelled
                : deadline.IsCancellationRequested ? CompletionErrors.TimedOut
                : run.IsCutShort ? null
                : CompletionErrors.Interrupted;
        }
        catch (ProviderException failure)
        {
            return ProviderErrors.From(failure);
        }
        catch (Exception fault)
        {
            // A fault of ours, or of a plugged-in client that throws what it likes: the caller still gets an ending, the quota its due.
            LogFault(logger, fault, run.Id);
            return CompletionErrors.Fault;
        }
    }

    private async Task<bool> AnswerAsync(
        CompletionRun run, List<ChatMessage> messages, ChatOptions chatOptions, bool stream, CancellationToken ct)
    {
        if (!stream)
        {
            var response = await router.GetResponseAsync(messages, chatOptions, run.Call, ct);
            (run.ReportedUsage, run.FinishReason) = (response.Usage, response.FinishReason);
            return response.Messages.SelectMany(message => message.Contents).All(content => Take(run, content));
        }

        await foreach (var update in router.GetStreamingResponseAsync(messages, chatOptions, run.Call, ct))
        {
            run.FinishReason = update.FinishReason ?? run.FinishReason;
            // By index: an enumerator of the list would be one more object a token.
            for (var i = 0; i < update.Contents.Count; i++)
            {
                if (!Take(run, update.Contents[i]))
                    return false;
            }
        }

        return true;
    }

    // False once the answer is larger than allowed. What else a client may tell is not part of the answer.
    private static bool Take(CompletionRun run, AIContent content)
    {
        switch (content)
        {
            case UsageContent usage:
                run.ReportedUsage = usage.Details;
                return true;
            case TextContent text:
                return run.Append(text.Text);
            case TextReasoningContent reasoning:
                return run.Append(reasoning);
            case MessageField field:
                return run.Append(field);
            case ToolCallFragment piece:
                return run.Append(piece);
            case FunctionCallContent call:
                return run.Append(new ToolCallFragment
                {
                    Index = run.ToolCalls.Calls.Count,
                    Id = call.CallId,
                    Name = call.Name,
                    Arguments = call.RawRepresentation as string ?? JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions),
                });
            default:
                return true;
        }
    }

    private async Task<Result<CompletionDto>> CommitAsync(CompletionRun run, CompletionClosing closing, Error? error)
    {
        var closed = await closings.CloseAsync(closing);
        if (!closed.IsOurs)
            return closed.Stored is { Status: CompletionStatus.Succeeded or CompletionStatus.Cancelled } other ? other : CompletionErrors.Interrupted;

        if (closed.Counters is { } counters)
            run.Settle(counters, clock.GetUtcNow());
        foreach (var observer in observers)
            observer.Closed(closing);
        return error is null || error == CompletionErrors.Cancelled ? Shown(closing.Completion, run) : error;
    }

    private static CompletionDto Shown(Completion completion, CompletionRun run) =>
        CompletionDto.From(completion, run.Answer.Text, run.Reasoning.Text, run.ToolCalls.Calls, run.EarlierAnswers) with
        {
            Fields = run.Fields,
            ReasoningField = run.ReasoningField,
        };

    private static List<ChatMessage> Messages(PromptDraft prompt)
    {
        var messages = new List<ChatMessage>(prompt.History.Count + prompt.Messages.Count + 1);
        if (prompt.SystemPrompt is { } system)
            messages.Add(new ChatMessage(ChatRole.System, system));
        foreach (var (role, content) in prompt.History)
            messages.Add(new ChatMessage(role == MessageRole.User ? ChatRole.User : ChatRole.Assistant, content));
        messages.AddRange(prompt.Messages);
        return messages;
    }

    private static ChatOptions Options(CompletionRun run, PromptDraft prompt, float? temperature)
    {
        var chatOptions = prompt.Options?.Clone() ?? new ChatOptions();
        (chatOptions.ModelId, chatOptions.Temperature, chatOptions.MaxOutputTokens) = (run.Model, temperature, run.MaxCompletionTokens);
        return chatOptions;
    }

    [LoggerMessage(LogLevel.Debug, "Completion {Id} by {Model}: {Outcome} after {Milliseconds} ms")]
    private static partial void LogEnded(ILogger logger, CompletionId id, string model, string outcome, double milliseconds);

    [LoggerMessage(LogLevel.Error, "Completion {Id} ended by a fault")]
    private static partial void LogFault(ILogger logger, Exception fault, CompletionId id);

    [LoggerMessage(LogLevel.Error, "Completion {Id} could not be stored; its lease will run out and the sweep will settle it")]
    private static partial void LogLost(ILogger logger, Exception fault, CompletionId id);
}
