using System.Reflection;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>All tables. The same model is mapped to PostgreSQL and to SQLite; each has its own migrations.</summary>
internal abstract class AppDbContext(DbContextOptions options) : IdentityUserContext<UserCredential, Guid>(options), IDataProtectionKeyContext
{
    private static readonly Type[] TypedIds = [.. typeof(UserId).Assembly.GetTypes().Where(IsTypedId)];

    /// <summary>Profiles; Identity's base class has taken the plainer name for credentials.</summary>
    public DbSet<User> Profiles => Set<User>();

    public DbSet<Chat> Chats => Set<Chat>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<Completion> Completions => Set<Completion>();

    public DbSet<Template> Templates => Set<Template>();

    public DbSet<TemplateVersion> TemplateVersions => Set<TemplateVersion>();

    public DbSet<Plan> Plans => Set<Plan>();

    public DbSet<QuotaCounter> QuotaCounters => Set<QuotaCounter>();

    public DbSet<UsageEntry> UsageLedger => Set<UsageEntry>();

    /// <summary>The ledger's sums by day, which reports read.</summary>
    public DbSet<UsageDay> UsageDays => Set<UsageDay>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    /// <summary>Keys of short-lived cookies and states of sign-ins elsewhere, never of content.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>True when one process owns the database file, so that nothing else can be running completions in it.</summary>
    public abstract bool IsEmbedded { get; }

    /// <summary>The transaction under way whose lines of the audit log are chained at its end; null outside any.</summary>
    internal AuditedTransaction? Audited { get; set; }

    /// <summary>Saves in one transaction; lines of the audit log are chained in it, whatever they are saved with.</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var lines = PendingLines();
        if (lines.Count == 0)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        if (Audited is { } whole)
        {
            whole.Take(lines);
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        await using var own = await AuditedTransaction.BeginAsync(this, cancellationToken);
        own.Take(lines);
        int saved;
        try
        {
            saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        catch
        {
            // To be saved, or given up, with the rest.
            AddRange(lines);
            throw;
        }

        await own.CommitAsync();
        return saved;
    }

    /// <summary>Saves lines that have their places.</summary>
    internal Task<int> SaveWithLinesAsync(CancellationToken ct) => base.SaveChangesAsync(acceptAllChangesOnSuccess: true, ct);

    /// <summary>For libraries that know no other way; lines of the audit log cannot be chained without waiting.</summary>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) => PendingLines().Count == 0
        ? base.SaveChanges(acceptAllChangesOnSuccess)
        : throw new InvalidOperationException("Lines of the audit log are stored by SaveChangesAsync.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        foreach (var id in TypedIds)
            configurationBuilder.Properties(id).HaveConversion(typeof(TypedIdConverter<>).MakeGenericType(id));
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
    }

    // Also those that had a place before, in a transaction that was undone: they get another one.
    internal List<AuditEntry> PendingLines() =>
        [.. ChangeTracker.Entries<AuditEntry>().Where(entry => entry.State == EntityState.Added).Select(entry => entry.Entity)];

    private static bool IsTypedId(Type type) =>
        type.IsValueType
        && type.Name.EndsWith("Id", StringComparison.Ordinal)
        && type.GetProperty("Value", BindingFlags.Public | BindingFlags.Instance)?.PropertyType == typeof(Guid);
}
