using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Prompting.Policies;
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
    HoldGrowth growth,
    AnswerSteps steps,
    FindingMetrics metrics,
    IEnumerable<ICompletionObserver> observers,
    ITokenCounter tokens,
    IOptions<CompletionOptions> options,
    TimeProvider clock,
    ILogger<CompletionAnswering> logger)
{
    // A model that takes this long for a piece is slow: its readers are woken inline, at once. Pieces of a faster model arrive while a reader is woken on
    // the pool, and are sent together. A client that never yields, because it works on this thread, has its pieces sent
    // with the first one after this time.
    private static readonly TimeSpan SlowPiece = TimeSpan.FromMilliseconds(1);

    /// <summary>Lets an admitted completion run. It ends by itself and tells its readers how.</summary>
    public CompletionRun Start(AdmittedCompletion admitted)
    {
        var run = new CompletionRun(admitted, steps, options.Value.MaxOutputBytes);
        running.Add(run);
        // One document is read where it was asked for; only streams are resumed elsewhere.
        var shared = run.IsStreamed ? sharing.ShareAsync(run) : Task.FromResult(false);
        _ = RunAsync(run, admitted, shared);
        return run;
    }

    private async Task RunAsync(CompletionRun run, AdmittedCompletion admitted, Task<bool> shared)
    {
        var started = clock.GetTimestamp();
        var hold = GrowingHold.IsNeededFor(admitted) ? new GrowingHold(run, admitted, growth, tokens) : null;
        try
        {
            var error = await TryAnswerAsync(run, admitted, hold);
            // Also of an answer that broke off: what it came to is kept.
            var unshown = TryFlush(run);
            error ??= unshown;
            foreach (var finding in run.Noticed)
                metrics.Note(finding);
            if (hold is not null)
                await hold.EndAsync();
            var ended = await CommitAsync(run, run.Close(error, tokens.Count, clock.GetUtcNow()), error, hold);
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

    private async Task<Error?> TryAnswerAsync(CompletionRun run, AdmittedCompletion admitted, GrowingHold? hold)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(options.Value.MaxSeconds), clock);
        await using var tooLate = deadline.Token.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), run.Stop);
        await using var leaving = running.Stopping.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), run.Stop);
        try
        {
            var ended = await AnswerAsync(run, admitted.Prompt.Messages, Options(run, admitted), hold, run.Stop.Token);
            run.EndAnswer();
            return ended;
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

    private Error? TryFlush(CompletionRun run)
    {
        try
        {
            return run.Flush();
        }
        catch (Exception fault)
        {
            LogFault(logger, fault, run.Id);
            return CompletionErrors.Fault;
        }
        finally
        {
            run.Log.Notify(inline: true);
        }
    }

    // Null once the model has said all it will; else why the answer ends before.
    private async Task<Error?> AnswerAsync(
        CompletionRun run, IReadOnlyList<ChatMessage> messages, ChatOptions chatOptions, GrowingHold? hold, CancellationToken ct)
    {
        // What is to be watched while it grows comes piece by piece, also for a caller who gets it as one document.
        if (!run.IsStreamed && hold is null)
        {
            var response = await router.GetResponseAsync(messages, chatOptions, run.Call, ct);
            (run.ReportedUsage, run.FinishReason) = (response.Usage, response.FinishReason);
            return response.Messages.SelectMany(message => message.Contents).Select(content => Take(run, content)).FirstOrDefault(error => error is not null);
        }

        await using var updates = router.GetStreamingResponseAsync(messages, chatOptions, run.Call, ct).GetAsyncEnumerator(ct);
        try
        {
            return await FollowAsync(run, updates, hold, ct);
        }
        finally
        {
            // Before the client is disposed, which may take its time.
            run.Log.Notify(inline: true);
        }
    }

    private async Task<Error?> FollowAsync(CompletionRun run, IAsyncEnumerator<ChatResponseUpdate> updates, GrowingHold? hold, CancellationToken ct)
    {
        var (since, isSlow) = (clock.GetTimestamp(), true);
        while (true)
        {
            var next = updates.MoveNextAsync();
            if (!next.IsCompleted)
            {
                // The provider has nothing more at the moment.
                run.Log.Notify(inline: isSlow);
                var began = clock.GetTimestamp();
                if (!await next)
                    return null;
                since = clock.GetTimestamp();
                isSlow = clock.GetElapsedTime(began, since) >= SlowPiece;
            }
            else if (!await next)
                return null;

            if (Take(run, updates.Current) is { } error)
                return error;
            if (hold is not null)
            {
                var covered = hold.CoverAsync(updates.Current, ct);
                // The answer may be paused here: readers get first what there is.
                if (!covered.IsCompleted)
                    run.Log.Notify(inline: true);
                await covered;
            }

            if (clock.GetElapsedTime(since) < SlowPiece)
                continue;
            run.Log.Notify(inline: true);
            since = clock.GetTimestamp();
        }
    }

    private static Error? Take(CompletionRun run, ChatResponseUpdate update)
    {
        run.FinishReason = update.FinishReason ?? run.FinishReason;
        // By index: an enumerator of the list would be one more object a token.
        for (var i = 0; i < update.Contents.Count; i++)
        {
            if (Take(run, update.Contents[i]) is { } error)
                return error;
        }

        return null;
    }

    // Null while the answer may go on. What else a client may tell is not part of it.
    private static Error? Take(CompletionRun run, AIContent content)
    {
        switch (content)
        {
            case UsageContent usage:
                run.ReportedUsage = usage.Details;
                return null;
            case TextContent text:
                return run.Append(text.Text);
            case TextReasoningContent reasoning:
                return run.Append(reasoning);
            case MessageField field:
                return run.Append(field);
            case ToolCallFragment piece:
                return run.Append(piece);
            case FunctionCallContent call:
                return run.Append(ToolCallFragment.Of(call, run.ToolCalls.Calls.Count));
            default:
                return null;
        }
    }

    private async Task<Result<CompletionDto>> CommitAsync(CompletionRun run, CompletionClosing closing, Error? error, GrowingHold? hold)
    {
        var closed = await closings.CloseAsync(closing, hold is { IsUncertain: true });
        if (!closed.IsOurs)
            return closed.Stored is { Status: CompletionStatus.Succeeded or CompletionStatus.Cancelled } other ? other : CompletionErrors.Interrupted;

        if (closed.Counters is { } counters)
            run.Settle(counters, clock.GetUtcNow());
        foreach (var observer in observers)
            Tell(observer, closing);
        return error is null || error == CompletionErrors.Cancelled ? Shown(closing.Completion, run) : error;
    }

    // It is stored, whatever an observer makes of it.
    private void Tell(ICompletionObserver observer, CompletionClosing closing)
    {
        try
        {
            observer.Closed(closing);
        }
        catch (Exception fault)
        {
            LogUntold(logger, fault, observer.GetType().Name, closing.Completion.Id);
        }
    }

    private static CompletionDto Shown(Completion completion, CompletionRun run) =>
        CompletionDto.From(completion, run.Answer.Text, run.Reasoning.Text, run.ToolCalls.Calls, run.EarlierAnswers) with
        {
            Fields = run.Fields,
            ReasoningField = run.ReasoningField,
        };

    private static ChatOptions Options(CompletionRun run, AdmittedCompletion admitted)
    {
        var chatOptions = admitted.Prompt.Options?.Clone() ?? new ChatOptions();
        (chatOptions.ModelId, chatOptions.Temperature, chatOptions.MaxOutputTokens) = (run.Model, admitted.Temperature, run.MaxCompletionTokens);
        return chatOptions;
    }

    [LoggerMessage(LogLevel.Debug, "Completion {Id} by {Model}: {Outcome} after {Milliseconds} ms")]
    private static partial void LogEnded(ILogger logger, CompletionId id, string model, string outcome, double milliseconds);

    [LoggerMessage(LogLevel.Error, "Completion {Id} ended by a fault")]
    private static partial void LogFault(ILogger logger, Exception fault, CompletionId id);

    [LoggerMessage(LogLevel.Error, "{Observer} failed on the end of completion {Id}")]
    private static partial void LogUntold(ILogger logger, Exception fault, string observer, CompletionId id);

    [LoggerMessage(LogLevel.Error, "Completion {Id} could not be stored; its lease will run out and the sweep will settle it")]
    private static partial void LogLost(ILogger logger, Exception fault, CompletionId id);
}
