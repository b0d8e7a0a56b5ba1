using FluentValidation;

namespace CleanLlm.Application.Paging;

/// <summary>A request for one page of a list.</summary>
public interface IPageRequest
{
    /// <summary>Where the page begins; null for the first.</summary>
    string? Cursor { get; }

    /// <summary>How many items at most, 1 to 100.</summary>
    int Limit { get; }
}

/// <summary>The rules of every page request.</summary>
internal abstract class PageValidator<T> : AbstractValidator<T>
    where T : IPageRequest
{
    protected PageValidator()
    {
        RuleFor(request => request.Limit).InclusiveBetween(1, 100);
        RuleFor(request => request.Cursor)
            .Must(cursor => cursor is null || Cursor.TryParse(cursor, out _))
            .WithMessage("Not a cursor of this list: pass the nextCursor of an earlier page.");
    }
}
