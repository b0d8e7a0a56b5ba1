using CleanLlm.Application.Security;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence.Content;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>The system prompts of plans, which are content of the service. Its key is read, and made, only where there is one.</summary>
internal static class PlanContent
{
    /// <summary>Decrypts what was read.</summary>
    public static async ValueTask<Plan> OpenAsync(this DataKeys keys, Plan plan, CancellationToken ct) =>
        await keys.OfPlanAsync(plan, ct) is { } cipher ? cipher.Open(plan) : plan;

    /// <summary>Decrypts what was read to be changed.</summary>
    public static async ValueTask<Plan> OpenAsync(this DataKeys keys, Plan plan, AppDbContext database, CancellationToken ct) =>
        await keys.OfPlanAsync(plan, ct) is { } cipher ? cipher.OpenTracked(database, plan) : plan;

    /// <summary>Encrypts and decrypts the system prompt of a plan; null when it has none.</summary>
    public static async ValueTask<ContentCipher?> OfPlanAsync(this DataKeys keys, Plan plan, CancellationToken ct) =>
        plan.SystemPrompt is null ? null : await keys.OfAsync(ContentOwner.Service, ct);

    /// <summary>Saves changes of plans, with their system prompts encrypted.</summary>
    /// <param name="cipher">What encrypts them; null where none has one.</param>
    /// <param name="database">The database.</param>
    /// <param name="ct">Ends the saving.</param>
    public static Task SavePlansAsync(this AppDbContext database, ContentCipher? cipher, CancellationToken ct) =>
        cipher is null ? database.SaveChangesAsync(ct) : cipher.SaveAsync(database, ct);
}
