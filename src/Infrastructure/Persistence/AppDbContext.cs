using System.Reflection;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence;

/// <summary>All tables. The same model is mapped to PostgreSQL and to SQLite; each has its own migrations.</summary>
internal abstract class AppDbContext(DbContextOptions options) : IdentityUserContext<UserCredential, Guid>(options)
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

    /// <summary>True when one process owns the database file, so that nothing else can be running completions in it.</summary>
    public abstract bool IsEmbedded { get; }

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
