using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Testing.Databases;
using static CleanLlm.Infrastructure.IntegrationTests.Administration.AuditLines;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class AuditVerificationTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const string Columns = "sequence, at, action, actor_id, subject_id, detail, detail_hash, hash";
    private const string NewId = "'01990000-0000-7000-8000-00000000ABCD'";

    private readonly DatabaseKind kind = kind;

    [Test]
    public async Task Verify_OfAWholeLog_CountsItsLines_AndThoseErasedRightly()
    {
        await WriteAsync(Database, One);

        (await VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Entries = 12, Redacted = 1, BrokenAt = (long?)null, Reason = (string?)null, HeadSequence = 12 });
    }

    [Test]
    public async Task Verify_OfAnEmptyLog_IsFine()
    {
        await ClearAsync(Database);

        (await VerifyAsync(One)).Should().BeEquivalentTo(new { Valid = true, Entries = 0, HeadSequence = 0, HeadHash = "" });
    }

    [Test]
    public async Task Verify_ByAnInstanceWithAnotherKey_FindsNothingGenuine()
    {
        await WriteAsync(Database, One);
        await Database.ExecuteAsync("DELETE FROM hash_keys");
        await using var other = new AccountsHost(Database);

        (await VerifyAsync(other)).Should().BeEquivalentTo(new { Valid = false, BrokenAt = 1 });
    }

    [Test]
    public async Task Verify_AfterAnyTampering_SaysWhere()
    {
        var tamperings = Tamperings().ToList();
        List<string> missed = [];
        foreach (var (what, place, statements) in tamperings)
        {
            await WriteAsync(Database, One);
            foreach (var sql in statements)
                await Database.ExecuteAsync(sql);

            var verdict = await VerifyAsync(Two);

            await TestContext.Out.WriteLineAsync($"{what}: at {verdict.BrokenAt}: {verdict.Reason}");
            if (verdict.Valid || verdict.BrokenAt != place)
                missed.Add($"{what}: {verdict}");
        }

        await TestContext.Out.WriteLineAsync($"{kind}: {tamperings.Count - missed.Count} of {tamperings.Count} tamperings found");
        missed.Should().BeEmpty();
    }

    private IEnumerable<(string What, long Place, string[] Sql)> Tamperings()
    {
        var later = kind == DatabaseKind.Postgres ? "at + interval '1 millisecond'" : "at + 10000";
        var zeros = Bytes(Database, new string('0', 64));
        yield return ("another action", Plain, [Set("action = 'session.signed_out'", Plain)]);
        yield return ("another actor", Plain, [Set($"actor_id = {NewId}", Plain)]);
        yield return ("no actor", Plain, [Set("actor_id = NULL", Plain)]);
        yield return ("another subject", Plain, [Set($"subject_id = {NewId}", Plain)]);
        yield return ("another time", Plain, [Set($"at = {later}", Plain)]);
        yield return ("another id", Plain, [Set($"id = {NewId}", Plain)]);
        yield return ("another hash", Plain, [Set($"hash = {zeros}", Plain)]);
        yield return ("a detail added", Plain, [Set("detail = '{}'", Plain)]);
        yield return ("a detail added with a hash", Plain, [Set($"detail = '{{}}', detail_hash = {zeros}", Plain)]);
        yield return ("another detail", Detailed, [Set("""detail = '{"place":6}'""", Detailed)]);
        yield return ("another hash of a detail", Detailed, [Set($"detail_hash = {zeros}", Detailed)]);
        yield return ("a detail removed", Detailed, [Set("detail = NULL", Detailed)]);
        yield return ("a detail removed with its hash", Detailed, [Set("detail = NULL, detail_hash = NULL", Detailed)]);
        yield return ("a detail of after the erasure removed", Late, [Set("detail = NULL", Late)]);
        yield return ("details swapped", Detailed, [Set("""detail = '{"place":8}'""", Detailed), Set("""detail = '{"place":5}'""", AlsoDetailed)]);
        yield return ("the first line removed", 1, ["DELETE FROM audit_log WHERE sequence = 1"]);
        yield return ("a line in the middle removed", 6, ["DELETE FROM audit_log WHERE sequence = 6"]);
        yield return ("a line removed and the gap closed", 6, [
            "DELETE FROM audit_log WHERE sequence = 6",
            "UPDATE audit_log SET sequence = -sequence WHERE sequence > 6",
            "UPDATE audit_log SET sequence = -sequence - 1 WHERE sequence < 0",
            "UPDATE audit_head SET sequence = 11"]);
        yield return ("the newest line removed", 12, ["DELETE FROM audit_log WHERE sequence = 12"]);
        yield return ("all lines removed", 1, ["DELETE FROM audit_log"]);
        yield return ("lines swapped", 3, [
            "UPDATE audit_log SET sequence = -3 WHERE sequence = 3", "UPDATE audit_log SET sequence = 3 WHERE sequence = 4", "UPDATE audit_log SET sequence = 4 WHERE sequence = -3"]);
        yield return ("a line before the first", 0, [Copy(12, "0")]);
        yield return ("a line behind the end", 13, [Copy(12, "13")]);
        yield return ("a line behind the end, and the end moved", 13, [Copy(12, "13"), "UPDATE audit_head SET sequence = 13"]);
        yield return ("a forged erasure for a removed detail", 13, [
            Set("detail = NULL", Detailed),
            $"""
            INSERT INTO audit_log (id, {Columns})
            SELECT {NewId}, 13, at, 'account.erased', subject_id, subject_id, NULL, NULL, hash FROM audit_log WHERE sequence = 5
            """]);
        yield return ("the end with another hash", 12, [$"UPDATE audit_head SET hash = {zeros}"]);
        yield return ("the end with a lower place", 11, ["UPDATE audit_head SET sequence = 11"]);
        yield return ("the end with a higher place", 13, ["UPDATE audit_head SET sequence = 13"]);
        yield return ("no end", 1, ["DELETE FROM audit_head"]);
    }

    private static string Set(string values, int place) => $"UPDATE audit_log SET {values} WHERE sequence = {place}";

    private static string Copy(int place, string to) =>
        $"INSERT INTO audit_log (id, {Columns}) SELECT {NewId}, {to}, at, action, actor_id, subject_id, detail, detail_hash, hash FROM audit_log WHERE sequence = {place}";
}
