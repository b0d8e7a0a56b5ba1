using CleanLlm.Application.Ai;

namespace CleanLlm.Infrastructure.Ai.Routing;

/// <summary>What is wrong with answers as such, of any provider.</summary>
internal static class RoutedAnswers
{
    /// <summary>More bytes than its provider may send.</summary>
    public static ProviderException TooLong() => new(ProviderFailure.TooLong, "The provider's answer is larger than allowed.");
}
