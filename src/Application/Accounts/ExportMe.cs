using AutoMapper;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Everything that is held about the caller; read while it is written out.</summary>
public sealed record ExportMe : IRequest<Result<AccountExportDto>>;

internal sealed class ExportMeHandler(
    IUserRepository users, IAccountExport export, IAuditTrail audit, ICurrentUser current, IMapper mapper, TimeProvider clock)
    : IRequestHandler<ExportMe, Result<AccountExportDto>>
{
    public async Task<Result<AccountExportDto>> Handle(ExportMe request, CancellationToken ct)
    {
        if (await users.FindAsync(current.Id, ct) is not { Disabled: false } user)
            return AuthErrors.AccountUnavailable;

        audit.Add(new AuditEvent(AuditActions.Exported, user.Id.Value, user.Id.Value));
        await audit.SaveAsync(ct);
        return export.Of(mapper.Map<ExportedProfileDto>(user), clock.GetUtcNow());
    }
}
