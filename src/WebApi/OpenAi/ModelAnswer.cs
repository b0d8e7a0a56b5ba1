using CleanLlm.Application.Models;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>A list.</summary>
/// <param name="Data">All of it.</param>
internal sealed record ListAnswer<T>(IReadOnlyList<T> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object { get; } = "list";
}

/// <summary>A model that can be asked for.</summary>
/// <param name="Id">Pass it as <c>model</c>.</param>
/// <param name="OwnedBy">The configured provider that serves it.</param>
internal sealed record ModelAnswer(string Id, string OwnedBy)
{
    /// <summary>Always <c>model</c>.</summary>
    public string Object { get; } = "model";

    /// <summary>When it was made, which is not known here: always 0.</summary>
    public long Created { get; }

    /// <summary>The same model as OpenAI would show it.</summary>
    public static ModelAnswer Of(ModelDto model) => new(model.Id, model.Provider);
}
