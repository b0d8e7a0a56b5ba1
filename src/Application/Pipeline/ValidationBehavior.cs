using System.Text.Json;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Pipeline;

/// <summary>Runs the request's validators before its handler; a broken rule becomes <c>validation.failed</c> with messages by field.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
    where TResponse : IFailable<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        foreach (var validator in validators)
        {
            var outcome = await validator.ValidateAsync(request, cancellationToken);
            if (!outcome.IsValid)
                return TResponse.Failure(ToError(outcome.ToDictionary()));
        }

        return await next();
    }

    private static Error ToError(IDictionary<string, string[]> messages) =>
        new(ErrorKind.Invalid, "validation.failed", "One or more values are not acceptable.")
        {
            Fields = messages.ToDictionary(
                field => JsonNamingPolicy.CamelCase.ConvertName(field.Key), field => field.Value, StringComparer.Ordinal),
        };
}
