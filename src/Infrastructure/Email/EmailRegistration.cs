using CleanLlm.Application.Email;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Email;

/// <summary>Registers e-mail: by SMTP where a server is configured, else as files.</summary>
internal static class EmailRegistration
{
    public static IServiceCollection AddEmail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<SmtpOptions>(configuration, SmtpOptions.Section);
        services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>();
        services.AddSettings<EmailDeliveryOptions>(configuration, EmailDeliveryOptions.Section);

        if (configuration.ReadSettings<SmtpOptions>(SmtpOptions.Section).IsConfigured)
            services.AddSingleton<IEmailTransport, SmtpTransport>();
        else
            services.AddSingleton<IEmailTransport, OutboxTransport>();
        services.AddSingleton<EmailQueue>();
        services.AddSingleton<IEmailQueue>(provider => provider.GetRequiredService<EmailQueue>());
        return services.AddHostedService<EmailSending>();
    }
}
