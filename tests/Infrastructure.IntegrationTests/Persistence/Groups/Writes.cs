using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Groups;

/// <summary>Makes writes of questions.</summary>
internal static class Writes
{
    private static readonly byte[] Key = new byte[32];

    /// <summary>The outcome of an admission without limits.</summary>
    public static readonly Result<IReadOnlyList<QuotaCounter>> Admitted = Result<IReadOnlyList<QuotaCounter>>.Success([]);

    /// <summary>An admission that holds the longest answer.</summary>
    public static AdmissionWrite Admission(this Question question, params PlanLimit[] limits)
    {
        var completion = question.Start();
        var demand = question.Demand;
        completion.Hold(Reservation.For(limits, demand, demand.MaxCompletionTokens, question.Now), question.Now.AddSeconds(30));
        return new AdmissionWrite(completion, CipherOf(question), limits, demand, _ => 0);
    }

    /// <summary>What encrypts the content of a question's user.</summary>
    public static ContentCipher CipherOf(Question question) => CipherOf(question.User);

    /// <summary>What encrypts the content of a user.</summary>
    public static ContentCipher CipherOf(UserId user) => new(Key, user.Value, new PlainColumns());

    /// <summary>The closing of a completion that holds nothing.</summary>
    public static ClosingWrite Closing(this Question question)
    {
        var completion = question.Start();
        completion.Hold(new Reservation([], 40), question.Now.AddSeconds(30));
        return new ClosingWrite(Question.Succeed(completion, question.Now), CipherOf(question));
    }
}
