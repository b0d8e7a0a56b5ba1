using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Email;
using CleanLlm.Application.Pipeline;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.TwoFactor;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanLlm.Application;

/// <summary>Registers the use cases.</summary>
public static class ApplicationRegistration
{
    /// <summary>Adds handlers, validators, pipeline behaviours, mappings, the prompt pipeline and the completion runner.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services, IConfiguration configuration)
    {
        var assembly = typeof(ApplicationRegistration).Assembly;

        // MediatR 5 leaves registration to the container (docs/decisions/0001).
        services.AddScoped<ServiceFactory>(provider => provider.GetService!);
        services.AddScoped<IMediator, Mediator>();
        services.Scan(scan => scan
            .FromAssemblies(assembly)
            .AddClasses(classes => classes.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false)
            .AsImplementedInterfaces()
            .WithScopedLifetime());
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(LoggingBehavior<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddValidatorsFromAssembly(assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddAutoMapper(mapping => mapping.LicenseKey = configuration["AutoMapper:LicenseKey"], assembly);

        services.AddOptions<CompletionOptions>().BindConfiguration(CompletionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PromptingOptions>().BindConfiguration(PromptingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddPromptPipeline();
        services.AddOptions<SignInThrottleOptions>().BindConfiguration(SignInThrottleOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<ISignInThrottle, SignInThrottle>();
        services.AddScoped<SessionOpening>();
        services.AddScoped<SessionEnding>();
        services.AddScoped<PasswordReplacement>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<AccountMail>();
        services.AddOptions<EmailOptions>().BindConfiguration(EmailOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<ContentReading>();
        services.AddOptions<TitleOptions>().BindConfiguration(TitleOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TitleQueue>();
        services.AddOptions<ResponseCacheOptions>().BindConfiguration(ResponseCacheOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CachePolicy>();
        services.AddSingleton<CompletionRunner>();
        services.AddSingleton<CompletionAnswering>();
        services.AddSingleton<EmbeddingRunner>();
        services.AddSingleton<RunningCompletions>();
        services.AddSingleton<CompletionSharing>();
        services.AddSingleton<CompletionReplay>();
        services.AddSingleton<CompletionFeed>();
        services.AddSingleton<CompletionAccess>();
        services.TryAddSingleton<ICompletionEventStore, NoSharedEvents>();
        services.AddSingleton<AbandonedCompletions>();
        return services;
    }

    // The order of the steps is the order of these lines.
    private static void AddPromptPipeline(this IServiceCollection services)
    {
        services.AddSingleton<IPromptStep, SanitizeStep>();
        services.AddSingleton<IPromptStep, SizeStep>();
        services.AddSingleton<IPromptStep, SystemPromptStep>();
        services.AddSingleton<IPromptStep, ContextFitStep>();
        services.AddSingleton<PromptPipeline>();
    }
}
