using System.Buffers.Binary;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class HistoryCutTests
{
    private const int Turns = 200;

    // The most messages that a conversation is read with.
    private const int Read = 200;

    [TestCase(4_000, 40, TestName = "A window of some twenty turns")]
    [TestCase(16_000, 20, TestName = "A window of some eighty turns")]
    [TestCase(1_000_000, 10, TestName = "A window that holds all that is read")]
    public void OverTwoHundredTurns_TheBeginningStaysForManyOfThem(int room, int mostPrefixes)
    {
        var branch = Branch(Turns);
        var (firsts, oneByOne, shares) = (new HashSet<MessageId?>(), new HashSet<MessageId?>(), new List<double>());
        for (var turn = 1; turn < Turns; turn++)
        {
            var read = branch.Take(2 * turn).TakeLast(Read).ToList();
            var sent = Sent(read, room);
            sent[0].Role.Should().Be(MessageRole.User, "an answer does not stand without its question");
            sent.Sum(message => message.Content.Length).Should().BeLessThanOrEqualTo(room);
            firsts.Add(sent[0].Id);
            oneByOne.Add(OneByOne(read, room)[0].Id);
            if (sent.Count < read.Count)
                shares.Add((double)sent.Sum(message => message.Content.Length) / Math.Min(room, OneByOne(read, room).Sum(message => message.Content.Length)));
        }

        TestContext.Out.WriteLine($"{Turns} turns, room {room}: {firsts.Count} prefixes; one by one {oneByOne.Count}. On average {shares.Average():P0} of what fits is sent.");
        firsts.Count.Should().BeLessThan(mostPrefixes).And.BeLessThan(oneByOne.Count / 3);
        shares.Should().OnlyContain(share => share > 0.4);
    }

    [Test]
    public void TheCut_IsTheSame_WhateverWasReadBeforeIt()
    {
        var branch = Branch(Turns);
        var whole = Sent(branch, 4_000)[0].Id;

        Enumerable.Range(60, 100).Select(read => Sent([.. branch.TakeLast(2 * read)], 4_000)[0].Id).Should().AllBeEquivalentTo(whole);
    }

    [Test]
    public void ATurnThatIsLargerThanHalfTheRoom_LeavesNothingBetweenItAndTheEnd()
    {
        var branch = Branch(3);
        branch[2] = branch[2] with { Content = new string('x', 900) };

        HistoryCut.Find(branch, Costs(branch), used: 0, most: 1000).Should().Be(4, "of what fits all is sent, however little");
    }

    [Test]
    public void WhereNothingFits_NothingIsSent() => HistoryCut.Find(Branch(2), [500, 500, 500, 500], used: 600, most: 1000).Should().Be(4);

    [Test]
    public void ABranchWithoutAQuestion_StaysAsItIs() => HistoryCut.Find([new(MessageRole.Assistant, "a")], [1], used: 0, most: 10).Should().Be(0);

    private static List<Utterance> Sent(List<Utterance> read, int room)
    {
        var content = new PromptContent().With(read, summary: null);
        return [.. content.History.Skip(HistoryCut.Find(content.History, Costs(content.History), used: 0, room))];
    }

    private static List<Utterance> OneByOne(List<Utterance> read, int room)
    {
        var kept = read.Count;
        while (kept > 0 && (room -= read[kept - 1].Content.Length) >= 0)
            kept--;
        return [.. read.Skip(kept)];
    }

    private static int[] Costs(IEnumerable<Utterance> history) => [.. history.Select(message => message.Content.Length)];

    // Questions of 20 to 80 characters and answers of 60 to 240; ids as a version 7 has them, but the same at each run.
    private static List<Utterance> Branch(int turns)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, 2 * turns).Select(place => place % 2 == 0
            ? new Utterance(MessageRole.User, new string('q', random.Next(20, 80))) { Id = Id(random) }
            : new Utterance(MessageRole.Assistant, new string('a', random.Next(60, 240))) { Id = Id(random) })];
    }

    private static MessageId Id(Random random)
    {
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], (BinaryPrimitives.ReadUInt64BigEndian(id[8..]) >> 2) | (1UL << 63));
        return new MessageId(new Guid(id, bigEndian: true));
    }
}
