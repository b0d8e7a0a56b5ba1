using System.Reflection;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Audit;
using CleanLlm.Infrastructure.Identity;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

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

    public DbSet<Plan> Plans => Set<Plan>();

    public DbSet<QuotaCounter> QuotaCounters => Set<QuotaCounter>();

    public DbSet<UsageEntry> UsageLedger => Set<UsageEntry>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    /// <summary>Keys of short-lived cookies and states of sign-ins elsewhere, never of content.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>True when one process owns the database file, so that nothing else can be running completions in it.</summary>
    public abstract bool IsEmbedded { get; }

    /// <summary>Saves in one transaction; lines of the audit log are chained in it, whatever they are saved with.</summary>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var lines = ChangeTracker.Entries<AuditEntry>().Where(entry => entry.State == EntityState.Added && entry.Entity.Sequence == 0).ToList();
        if (lines.Count == 0)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        var seal = this.GetService<AuditSeal>();
        await seal.PrepareAsync(cancellationToken);
        await using var transaction = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
        await seal.SealAsync(this, [.. lines.Select(line => line.Entity)], cancellationToken);
        var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        if (transaction is not null)
            await transaction.CommitAsync(cancellationToken);
        return saved;
    }

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

    private static bool IsTypedId(Type type) =>
        type.IsValueType
        && type.Name.EndsWith("Id", StringComparison.Ordinal)
        && type.GetProperty("Value", BindingFlags.Public | BindingFlags.Instance)?.PropertyType == typeof(Guid);
}
