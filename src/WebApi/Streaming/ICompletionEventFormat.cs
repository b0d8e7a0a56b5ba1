using System.Buffers;
using CleanLlm.Application.Completions.Log;

namespace CleanLlm.WebApi.Streaming;

/// <summary>How the events of one completion are written as server-sent events; made anew for each stream.</summary>
internal interface ICompletionEventFormat
{
    /// <summary>Writes one event with the empty line that ends it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">Its id; null for one that is not of the completion itself, such as the end of the caller's rights.</param>
    /// <param name="entry">What happened.</param>
    void Write(IBufferWriter<byte> output, int? id, CompletionEvent entry);
}
