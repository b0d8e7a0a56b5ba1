using CleanLlm.WebApi.Authentication;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>What only admins may do.</summary>
internal static class AdminEndpoints
{
    /// <summary>The calls below <c>/admin</c>.</summary>
    public static RouteGroupBuilder MapAdmin(this RouteGroupBuilder api)
    {
        var admin = api.MapGroup("/admin").WithTags("Admin").RequireAdmin();
        admin.MapAdminUsers();
        admin.MapAdminAccounts();
        admin.MapAdminContent();
        admin.MapAdminPlans();
        admin.MapAdminTemplates();
        admin.MapAdminAudit();
        admin.MapAdminProviders();
        admin.MapAdminCache();
        admin.MapAdminEncryption();
        return api;
    }
}
