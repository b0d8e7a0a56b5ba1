using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.Completions;

/// <summary>Is told of each completion that this instance has ended, once its end is stored. To add one, implement it and register it.</summary>
public interface ICompletionObserver
{
    /// <summary>Takes note of it. Readers of the answer wait meanwhile, so work is only begun here.</summary>
    /// <param name="closing">What was stored.</param>
    void Closed(CompletionClosing closing);
}
