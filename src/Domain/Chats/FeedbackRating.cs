namespace CleanLlm.Domain.Chats;

/// <summary>Whether an answer was of use.</summary>
public enum FeedbackRating
{
    /// <summary>It was.</summary>
    Up = 1,

    /// <summary>It was not.</summary>
    Down = 2,
}
