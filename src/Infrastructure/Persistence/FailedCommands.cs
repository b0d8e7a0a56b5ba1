using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>
/// Keeps a command that failed from being used again. Npgsql keeps the last command of a connection object for its next one, and a
/// pooled context keeps its connection object. A command whose sending failed while its statement was being prepared stays marked so:
/// the statement after it would read its answer wrongly, and leave the rest of it on the connection for another caller.
/// </summary>
internal sealed class FailedCommands : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => TakePlace(command);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        TakePlace(command);
        return Task.CompletedTask;
    }

    public override void CommandCanceled(DbCommand command, CommandEndEventData eventData) => TakePlace(command);

    public override Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TakePlace(command);
        return Task.CompletedTask;
    }

    // A connection keeps one command. A new one that is there first leaves no place for the one that failed.
    private static void TakePlace(DbCommand failed)
    {
        if (failed is NpgsqlCommand { Connection: { } connection })
            connection.CreateCommand().Dispose();
    }
}
