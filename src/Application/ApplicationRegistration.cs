using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Content;
using CleanLlm.Application.Answers.Leaks;
using CleanLlm.Application.Answers.Links;
using CleanLlm.Application.Answers.Secrets;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Application.Chats.Titles;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Holding;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Application.Email;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Pipeline;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Optimizing;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Prompting.Steps;
using CleanLlm.Application.Settings;
using CleanLlm.Application.Templates;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Application.Usage;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
        services.AddSettings<AutoMapperOptions>(configuration, AutoMapperOptions.Section);
        var mapper = configuration.ReadSettings<AutoMapperOptions>(AutoMapperOptions.Section);
        services.AddAutoMapper(mapping => mapping.LicenseKey = mapper.LicenseKey, assembly);

        services.AddSettings<CompletionOptions>(configuration, CompletionOptions.Section);
        services.AddSettings<PromptingOptions>(configuration, PromptingOptions.Section);
        services.AddSettings<List<StepSettingOptions>>(configuration, StepSettingOptions.Section);
        services.AddSingleton<IValidateOptions<List<StepSettingOptions>>, StepSettingRules>();
        services.AddSettings<PiiOptions>(configuration, PiiOptions.Section);
        services.AddSettings<InjectionOptions>(configuration, InjectionOptions.Section);
        services.AddSettings<LeakOptions>(configuration, LeakOptions.Section);
        services.AddSettings<AnswerSecretsOptions>(configuration, AnswerSecretsOptions.Section);
        services.AddSettings<LinkOptions>(configuration, LinkOptions.Section);
        services.AddSettings<ContentOptions>(configuration, ContentOptions.Section);
        services.AddPromptPipeline();
        services.AddAnswerSteps();
        services.AddSettings<SignInThrottleOptions>(configuration, SignInThrottleOptions.Section);
        services.AddScoped<ISignInThrottle, SignInThrottle>();
        services.AddScoped<SessionOpening>();
        services.AddScoped<SessionEnding>();
        services.AddScoped<ApiKeyRevocation>();
        services.AddScoped<PasswordReplacement>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<AccountMail>();
        services.AddSettings<EmailOptions>(configuration, EmailOptions.Section);
        services.AddScoped<ContentReading>();
        services.AddScoped<UsageReporting>();
        services.AddScoped<TemplateChanges>();
        services.AddSettings<TitleOptions>(configuration, TitleOptions.Section);
        services.AddSingleton<TitleQueue>();
        services.AddSingleton<ICompletionObserver>(provider => provider.GetRequiredService<TitleQueue>());
        services.AddSettings<SummaryOptions>(configuration, SummaryOptions.Section);
        services.AddSingleton<SummaryQueue>();
        services.AddSingleton<IDueSummaries>(provider => provider.GetRequiredService<SummaryQueue>());
        services.AddSettings<ResponseCacheOptions>(configuration, ResponseCacheOptions.Section);
        services.AddSingleton<CachePolicy>();
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<CompletionDeparture>();
        services.AddSingleton<CompletionRunner>();
        services.AddSingleton<QuotaTurns>();
        services.AddSingleton<HoldGrowth>();
        services.AddSingleton<QuotaReservations>();
        services.AddSingleton<Admission>();
        services.AddSingleton<PromptCounting>();
        services.AddSingleton<CompletionAnswering>();
        services.AddSingleton<CompletionClosings>();
        services.AddSingleton<DatabaseRetries>();
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

    /// <summary>Adds a step that prompts pass through, behind those that are there.</summary>
    /// <typeparam name="TStep">The step.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="policy">How it can be set, as its <see cref="IPipelineStep.Policy"/> says; null for a step that always runs.</param>
    public static IServiceCollection AddPromptStep<TStep>(this IServiceCollection services, StepPolicy? policy)
        where TStep : class, IPromptStep => services.AddPolicy(policy).AddSingleton<IPromptStep, TStep>();

    /// <summary>Adds a step that answers pass through, behind those that are there.</summary>
    /// <typeparam name="TStep">The step.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="policy">As for <see cref="AddPromptStep"/>.</param>
    public static IServiceCollection AddAnswerStep<TStep>(this IServiceCollection services, StepPolicy? policy)
        where TStep : class, IAnswerStep => services.AddPolicy(policy).AddSingleton<IAnswerStep, TStep>();

    private static IServiceCollection AddPolicy(this IServiceCollection services, StepPolicy? policy) =>
        policy is null ? services : services.AddSingleton(policy);

    // The order of the steps is the order of these lines.
    private static void AddPromptPipeline(this IServiceCollection services)
    {
        services.AddPromptStep<SanitizeStep>(SanitizeStep.Setting);
        services.AddPromptStep<SizeStep>(policy: null);
        services.AddPromptStep<WindowStep>(policy: null);
        services.AddPromptStep<InjectionStep>(InjectionStep.Setting);
        // Secrets first: a key that has an address or a number in it is one secret.
        services.AddPromptStep<SecretsStep>(SecretsStep.Setting);
        services.AddPromptStep<PiiStep>(PiiStep.Setting);
        services.AddPromptStep<OptimizeStep>(OptimizeStep.Setting);
        services.AddSingleton<StepPolicies>();
        services.AddSingleton<FindingMetrics>();
        services.AddSingleton<PromptPipeline>();
        services.AddSingleton<ContextFitting>();
        services.AddSingleton<CountingGate>();
    }

    // As above: a piece of an answer passes the first step first.
    private static void AddAnswerSteps(this IServiceCollection services)
    {
        services.AddAnswerStep<CleaningStep>(policy: null);
        services.AddAnswerStep<LeakStep>(LeakStep.Setting);
        services.AddAnswerStep<CanaryStep>(CanaryStep.Setting);
        services.AddAnswerStep<OwnLeakStep>(OwnLeakStep.Setting);
        services.AddAnswerStep<AnswerSecretsStep>(AnswerSecretsStep.Setting);
        services.AddAnswerStep<LinkStep>(LinkStep.Setting);
        services.AddAnswerStep<ContentStep>(ContentStep.Setting);
        // The last of all: no other step sees what the user wrote.
        services.AddAnswerStep<RestoringStep>(policy: null);
        services.AddSingleton<AnswerSteps>();
    }
}
