using AutoMapper;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Usage;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>What one row makes of an export. What takes more, as a chat with its messages does, is put together where it is read.</summary>
internal sealed class ExportMapping : Profile
{
    public ExportMapping()
    {
        CreateMap<User, ExportedProfileDto>();
        CreateMap<Session, ExportedSessionDto>();
        CreateMap<ApiKey, ExportedKeyDto>()
            .ForCtorParam(nameof(ExportedKeyDto.Scopes), scopes => scopes.MapFrom(key => ApiKeyScopeNames.Of(key.Scopes)));
        CreateMap<Message, ExportedMessageDto>()
            .ForCtorParam(nameof(ExportedMessageDto.Feedback), feedback => feedback.MapFrom(message => FeedbackDto.Of(message.Rating, message.FeedbackComment)))
            .ForMember(exported => exported.Template, template => template.MapFrom(message => TemplateUseDto.Of(message.Template, message.Content)));
        CreateMap<ChatSummary, ExportedSummaryDto>()
            .ForCtorParam(nameof(ExportedSummaryDto.UpTo), upTo => upTo.MapFrom(summary => summary.Id));
        CreateMap<UsageEntry, ExportedUsageDto>()
            .ForCtorParam(nameof(ExportedUsageDto.CostMicros), cost => cost.MapFrom(entry => QuotaUnits.Micros(entry.CostNanos)));
    }
}
