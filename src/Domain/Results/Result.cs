using System.Diagnostics.CodeAnalysis;

namespace CleanLlm.Domain.Results;

/// <summary>Lets generic code (pipeline behaviours) build a failure without reflection.</summary>
public interface IFailable<TSelf>
    where TSelf : IFailable<TSelf>
{
    /// <summary>The error, or null when it succeeded.</summary>
    Error? Error { get; }

    /// <summary>A failed result.</summary>
    static abstract TSelf Failure(Error error);
}

/// <summary>Either a value or an <see cref="Error"/>; both convert into it implicitly.</summary>
public readonly struct Result<T> : IFailable<Result<T>>
{
    private readonly T? value;

    private Result(T? value, Error? error) => (this.value, Error) = (value, error);

    /// <inheritdoc />
    public Error? Error { get; }

    /// <summary>True when there is a <see cref="Value"/>.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The value of a success; asking a failure for it is a bug.</summary>
    /// <exception cref="InvalidOperationException">The result is a failure.</exception>
    public T Value => IsSuccess ? value! : throw new InvalidOperationException($"A failed result has no value: {Error.Code}");

    /// <summary>A successful result.</summary>
    public static Result<T> Success(T value) => new(value, null);

    /// <inheritdoc />
    public static Result<T> Failure(Error error) => new(default, error);

    public static implicit operator Result<T>(T value) => Success(value);

    public static implicit operator Result<T>(Error error) => Failure(error);
}
