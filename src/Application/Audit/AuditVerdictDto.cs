namespace CleanLlm.Application.Audit;

/// <summary>
/// Whether the audit log is what was written. Noting <paramref name="HeadSequence"/> and <paramref name="HeadHash"/> elsewhere
/// from time to time guards even against an attacker who cuts off the newest lines and puts back an earlier head.
/// </summary>
/// <param name="Valid">Whether every line is in its place and as it was written.</param>
/// <param name="Entries">Lines found to be right, up to the first that is not.</param>
/// <param name="Redacted">Of these, the lines whose detail was erased with an account.</param>
/// <param name="BrokenAt">The place of the first line that is wrong or missing; null when valid.</param>
/// <param name="Reason">What is wrong there; null when valid.</param>
/// <param name="HeadSequence">The newest line's place when the look began.</param>
/// <param name="HeadHash">Its hash, in hexadecimal; empty before the first line.</param>
public sealed record AuditVerdictDto(
    bool Valid, long Entries, long Redacted, long? BrokenAt, string? Reason, long HeadSequence, string HeadHash);
