using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Audit;

/// <summary>Whether the audit log is what was written.</summary>
public sealed record VerifyAudit : IRequest<Result<AuditVerdictDto>>;

internal sealed class VerifyAuditHandler(IAuditLog log) : IRequestHandler<VerifyAudit, Result<AuditVerdictDto>>
{
    public async Task<Result<AuditVerdictDto>> Handle(VerifyAudit request, CancellationToken ct) => await log.VerifyAsync(ct);
}
