using Microsoft.AspNetCore.Mvc.Testing;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>The program in this process.</summary>
internal abstract class ProgramHost : WebApplicationFactory<Program>
{
    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        catch (ObjectDisposedException)
        {
            // The program's own main method is told to stop too, and disposes of the host: on a busy machine before this stop of it is done.
        }
    }
}
