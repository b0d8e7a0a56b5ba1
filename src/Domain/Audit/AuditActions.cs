namespace CleanLlm.Domain.Audit;

/// <summary>The names of what is audited. Stable: reports filter by them.</summary>
public static class AuditActions
{
    /// <summary>What every action of an admin begins with.</summary>
    public const string AdminPrefix = "admin.";

    /// <summary>An account was made.</summary>
    public const string Registered = "account.registered";

    /// <summary>A user signed in.</summary>
    public const string SignedIn = "session.signed_in";

    /// <summary>A sign-in was evaluated and refused.</summary>
    public const string SignInFailed = "session.sign_in_failed";

    /// <summary>A session was ended by its user.</summary>
    public const string SignedOut = "session.signed_out";

    /// <summary>A spent refresh token came back, so its session was ended.</summary>
    public const string RefreshReused = "session.refresh_reused";

    /// <summary>A password was changed by a caller who knew the old one.</summary>
    public const string PasswordChanged = "account.password_changed";

    /// <summary>A password was set by a mailed token.</summary>
    public const string PasswordReset = "account.password_reset";

    /// <summary>An address was proved.</summary>
    public const string EmailConfirmed = "account.email_confirmed";

    /// <summary>A second factor was set up and waits for its first code.</summary>
    public const string TwoFactorSetUp = "account.two_factor_set_up";

    /// <summary>The second factor was turned on.</summary>
    public const string TwoFactorEnabled = "account.two_factor_enabled";

    /// <summary>The second factor was turned off.</summary>
    public const string TwoFactorDisabled = "account.two_factor_disabled";

    /// <summary>A recovery code was used in place of the second factor.</summary>
    public const string RecoveryCodeUsed = "account.recovery_code_used";

    /// <summary>An identity of another provider was linked.</summary>
    public const string ExternalLinked = "account.external_linked";

    /// <summary>An identity of another provider was unlinked.</summary>
    public const string ExternalUnlinked = "account.external_unlinked";

    /// <summary>A user took a copy of everything held about them.</summary>
    public const string Exported = "account.exported";

    /// <summary>An account and its data were erased, by its user or by an admin.</summary>
    public const string Erased = "account.erased";

    /// <summary>An API key was made.</summary>
    public const string KeyCreated = "api_key.created";

    /// <summary>An API key got a new secret.</summary>
    public const string KeyRotated = "api_key.rotated";

    /// <summary>An API key was revoked.</summary>
    public const string KeyRevoked = "api_key.revoked";

    /// <summary>A signing key was made.</summary>
    public const string SigningKeyRotated = "signing_key.rotated";

    /// <summary>An admin made an account.</summary>
    public const string UserCreated = "admin.user_created";

    /// <summary>An admin ended one of a user's sessions.</summary>
    public const string UserSessionRevoked = "admin.session_revoked";

    /// <summary>An admin ended all of a user's sessions.</summary>
    public const string UserSessionsRevoked = "admin.sessions_revoked";

    /// <summary>An admin revoked one of a user's API keys.</summary>
    public const string UserKeyRevoked = "admin.api_key_revoked";

    /// <summary>An admin took a user's second factor away.</summary>
    public const string TwoFactorReset = "admin.two_factor_reset";

    /// <summary>An admin changed a user's role, plan or state.</summary>
    public const string UserChanged = "admin.user_changed";

    /// <summary>An admin read another user's content.</summary>
    public const string ContentRead = "admin.content_read";

    /// <summary>An admin made a plan.</summary>
    public const string PlanCreated = "admin.plan_created";

    /// <summary>An admin changed a plan.</summary>
    public const string PlanChanged = "admin.plan_changed";

    /// <summary>An admin deleted a plan.</summary>
    public const string PlanDeleted = "admin.plan_deleted";

    /// <summary>An admin made a shared template.</summary>
    public const string TemplateCreated = "admin.template_created";

    /// <summary>An admin changed a shared template.</summary>
    public const string TemplateChanged = "admin.template_changed";

    /// <summary>An admin deleted a shared template.</summary>
    public const string TemplateDeleted = "admin.template_deleted";

    /// <summary>An admin gave or took quota.</summary>
    public const string QuotaAdjusted = "admin.quota_adjusted";

    /// <summary>An admin emptied the response cache.</summary>
    public const string CacheCleared = "admin.cache_cleared";

    /// <summary>An admin began to bring stored content under the current key-encryption key.</summary>
    public const string KeysRotated = "admin.keys_rotated";
}
