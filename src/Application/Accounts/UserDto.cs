using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>A user as they see themselves.</summary>
/// <param name="Id">Identifies the user.</param>
/// <param name="Email">The address they sign in with, its domain in lower case and in ASCII.</param>
/// <param name="DisplayName">What they want to be called; null when they did not say.</param>
/// <param name="Role">What they may do.</param>
/// <param name="EmailConfirmed">Whether the address was proved to be theirs.</param>
/// <param name="CreatedAt">When the account was made.</param>
public sealed record UserDto(
    UserId Id, string Email, string? DisplayName, UserRole Role, bool EmailConfirmed, DateTimeOffset CreatedAt);

internal sealed class UserMapping : Profile
{
    public UserMapping() => CreateMap<User, UserDto>();
}
