using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.OpenAi;

/// <summary>Turns texts into vectors. The texts are not kept; what they cost is.</summary>
/// <param name="Inputs">The texts.</param>
/// <param name="Model">The embedding model to ask.</param>
/// <param name="Dimensions">How long the vectors should be; null for the model's own length.</param>
/// <param name="EndUser">The end user that the caller asks for, passed to the provider; null when not given.</param>
public sealed record CreateEmbeddings(IReadOnlyList<string> Inputs, string Model, int? Dimensions, string? EndUser) : IRequest<Result<EmbeddingsDto>>
{
    /// <summary>Texts of one request.</summary>
    public const int MaxInputs = 2048;
}

internal sealed class CreateEmbeddingsValidator : AbstractValidator<CreateEmbeddings>
{
    private const int MaxDimensions = 65_536;
    private const int EndUserMaxLength = 512;

    public CreateEmbeddingsValidator()
    {
        RuleFor(request => request.Inputs).NotEmpty()
            .Must(inputs => inputs.Count <= CreateEmbeddings.MaxInputs).WithMessage($"At most {CreateEmbeddings.MaxInputs} texts.")
            .Must(inputs => inputs.All(input => input.Length is > 0 and <= Message.ContentMaxLength)).WithMessage($"Texts of 1 to {Message.ContentMaxLength} characters.")
            .OverridePropertyName("input");
        RuleFor(request => request.Model).NotEmpty().MaximumLength(Chat.ModelMaxLength);
        RuleFor(request => request.Dimensions).InclusiveBetween(1, MaxDimensions);
        RuleFor(request => request.EndUser).MaximumLength(EndUserMaxLength).OverridePropertyName("user");
    }
}

internal sealed class CreateEmbeddingsHandler(EmbeddingRunner runner, ICurrentUser user, ICurrentApiKey key)
    : IRequestHandler<CreateEmbeddings, Result<EmbeddingsDto>>
{
    public Task<Result<EmbeddingsDto>> Handle(CreateEmbeddings request, CancellationToken cancellationToken) =>
        runner.RunAsync(
            new EmbeddingRequest(user.Id, key.Key, request.Inputs, request.Model) { Dimensions = request.Dimensions, EndUser = request.EndUser },
            cancellationToken);
}
