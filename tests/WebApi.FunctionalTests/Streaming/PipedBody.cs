using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace CleanLlm.WebApi.FunctionalTests.Streaming;

/// <summary>The body of an answer whose connection is a pipe.</summary>
internal sealed class PipedBody(PipeWriter writer) : IHttpResponseBodyFeature
{
    public Stream Stream => writer.AsStream();

    public PipeWriter Writer => writer;

    public Task CompleteAsync() => Task.CompletedTask;

    public void DisableBuffering()
    {
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException("Streams of events send no file.");

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
