using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>An audit log of twelve lines: one about a user erased later, one written about them afterwards, some with details.</summary>
internal static class AuditLines
{
    /// <summary>How many lines it has.</summary>
    public const int Lines = 12;

    /// <summary>A line without a detail, and its neighbour.</summary>
    public const int Plain = 4;

    /// <summary>Lines with a detail about a user who is there.</summary>
    public const int Detailed = 5;
    public const int AlsoDetailed = 8;

    /// <summary>The line whose detail was erased rightly.</summary>
    public const int Redacted = 7;

    /// <summary>A line with a detail, written about the erased user after their erasure.</summary>
    public const int Late = 11;

    private const int Erasure = 10;

    /// <summary>Empties the log.</summary>
    public static async Task ClearAsync(TestDatabase database)
    {
        await database.ExecuteAsync("DELETE FROM audit_log");
        await database.ExecuteAsync("DELETE FROM audit_head");
        await database.ExecuteAsync($"INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, {Bytes(database, "")})");
    }

    /// <summary>Writes the twelve lines.</summary>
    public static async Task WriteAsync(TestDatabase database, AccountsHost host)
    {
        await ClearAsync(database);
        var (somebody, erased) = (Guid.CreateVersion7(host.Clock.GetUtcNow()), Guid.CreateVersion7(host.Clock.GetUtcNow()));
        for (var place = 1; place <= Lines; place++)
        {
            var (about, detail) = place switch
            {
                Redacted or Late => (erased, """{"address":"192.0.2.7"}"""),
                Detailed or AlsoDetailed => (somebody, $$"""{"place":{{place}}}"""),
                Erasure => (erased, null),
                _ => (somebody, null),
            };
            host.Clock.Advance(TimeSpan.FromSeconds(1.2345678));
            await AddAsync(host, new AuditEvent(place == Erasure ? AuditActions.Erased : AuditActions.SignedIn, about, about, detail));
        }

        await database.ExecuteAsync($"UPDATE audit_log SET detail = NULL WHERE sequence = {Redacted}");
    }

    /// <summary>Adds lines in one transaction.</summary>
    public static Task<bool> AddAsync(AccountsHost host, params AuditEvent[] lines) => host.InScopeAsync<IAuditTrail, bool>(async audit =>
    {
        foreach (var line in lines)
            audit.Add(line);
        await audit.SaveAsync(default);
        return true;
    });

    public static Task<AuditVerdictDto> VerifyAsync(AccountsHost host) => host.InScopeAsync<IAuditLog, AuditVerdictDto>(log => log.VerifyAsync(default));

    /// <summary>The places of all lines, in order.</summary>
    public static Task<List<long>> PlacesAsync(AccountsHost host) => host.InScopeAsync<AppDbContext, List<long>>(
        database => database.AuditLog.OrderBy(line => line.Sequence).Select(line => line.Sequence).ToListAsync());

    /// <summary>A literal of bytes.</summary>
    public static string Bytes(TestDatabase database, string hex) => database.Kind == DatabaseKind.Postgres ? $"decode('{hex}', 'hex')" : $"X'{hex}'";
}
