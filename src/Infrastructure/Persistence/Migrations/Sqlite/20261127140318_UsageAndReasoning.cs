using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanLlm.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class UsageAndReasoning : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "cost_micros",
                table: "usage_ledger",
                newName: "cost_nanos");

            migrationBuilder.RenameColumn(
                name: "cost_micros",
                table: "completions",
                newName: "cost_nanos");

            migrationBuilder.AddColumn<int>(
                name: "cache_write_tokens",
                table: "usage_ledger",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "cached_prompt_tokens",
                table: "usage_ledger",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "reasoning_tokens",
                table: "usage_ledger",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "store_reasoning",
                table: "plans",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "reasoning",
                table: "messages",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "cached_prompt_tokens",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "price",
                table: "completions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "reasoning",
                table: "completions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "reasoning_tokens",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            // Prices were millionths for 1,000 tokens and are decimals for 1,000,000; costs, and what counters and holds count of them, are
            // billionths in place of millionths.
            migrationBuilder.Sql(
                """
                UPDATE completions SET price = json_object(
                    'Prompt', price_prompt_micros / 1000.0, 'Completion', price_completion_micros / 1000.0, 'Version', price_version,
                    'CachedPrompt', price_prompt_micros / 1000.0, 'CacheWrite', price_prompt_micros / 1000.0,
                    'Reasoning', price_completion_micros / 1000.0, 'Request', 0)
                """);
            migrationBuilder.Sql("UPDATE completions SET cost_nanos = cost_nanos * 1000");
            migrationBuilder.Sql("UPDATE usage_ledger SET cost_nanos = cost_nanos * 1000");
            migrationBuilder.Sql("UPDATE quota_counters SET used = used * 1000, reserved = reserved * 1000, granted = granted * 1000 WHERE metric = 3");
            migrationBuilder.Sql(
                """
                UPDATE completions SET reservation = (
                    SELECT json_set(reservation, '$.Holds', json_group_array(json(
                        CASE WHEN json_extract(value, '$.Metric') = 3 THEN json_set(value, '$.Amount', json_extract(value, '$.Amount') * 1000) ELSE value END)))
                    FROM json_each(reservation, '$.Holds'))
                WHERE reservation LIKE '%"Metric":3,%'
                """);

            // By hand: the framework would copy the whole table, outside the transaction.
            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN price_prompt_micros");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN price_completion_micros");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN price_version");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "price_prompt_micros",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "price_completion_micros",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "price_version",
                table: "completions",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.Sql(
                """
                UPDATE completions SET price_prompt_micros = CAST(json_extract(price, '$.Prompt') * 1000 AS INTEGER), price_completion_micros = CAST(json_extract(price, '$.Completion') * 1000 AS INTEGER),
                    price_version = json_extract(price, '$.Version'), cost_nanos = cost_nanos / 1000
                """);
            migrationBuilder.Sql("UPDATE usage_ledger SET cost_nanos = cost_nanos / 1000");
            migrationBuilder.Sql("UPDATE quota_counters SET used = used / 1000, reserved = reserved / 1000, granted = granted / 1000 WHERE metric = 3");

            migrationBuilder.Sql("ALTER TABLE usage_ledger DROP COLUMN cache_write_tokens");

            migrationBuilder.Sql("ALTER TABLE usage_ledger DROP COLUMN cached_prompt_tokens");

            migrationBuilder.Sql("ALTER TABLE usage_ledger DROP COLUMN reasoning_tokens");

            migrationBuilder.Sql("ALTER TABLE plans DROP COLUMN store_reasoning");

            migrationBuilder.Sql("ALTER TABLE messages DROP COLUMN reasoning");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN cached_prompt_tokens");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN price");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN reasoning");

            migrationBuilder.Sql("ALTER TABLE completions DROP COLUMN reasoning_tokens");

            migrationBuilder.RenameColumn(
                name: "cost_nanos",
                table: "usage_ledger",
                newName: "cost_micros");

            migrationBuilder.RenameColumn(
                name: "cost_nanos",
                table: "completions",
                newName: "cost_micros");
        }
    }
}
