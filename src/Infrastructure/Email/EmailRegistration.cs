using CleanLlm.Application.Email;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Registers e-mail: by SMTP where a server is configured, else as files.</summary>
internal static class EmailRegistration
{
    public static IServiceCollection AddEmail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection(SmtpOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>();
        services.AddOptions<EmailDeliveryOptions>().Bind(configuration.GetSection(EmailDeliveryOptions.Section))
            .ValidateDataAnnotations().ValidateOnStart();

        if (configuration[$"{SmtpOptions.Section}:{nameof(SmtpOptions.Host)}"] is { Length: > 0 })
            services.AddSingleton<IEmailTransport, SmtpTransport>();
        else
            services.AddSingleton<IEmailTransport, OutboxTransport>();
        services.AddSingleton<EmailQueue>();
        services.AddSingleton<IEmailQueue>(provider => provider.GetRequiredService<EmailQueue>());
        return services.AddHostedService<EmailSending>();
    }
}
