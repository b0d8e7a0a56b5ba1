using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanLlm.Infrastructure.Persistence.Migrations.Postgres
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "cached_prompt_tokens",
                table: "usage_ledger",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "reasoning_tokens",
                table: "usage_ledger",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "store_reasoning",
                table: "plans",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "reasoning",
                table: "messages",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "cached_prompt_tokens",
                table: "completions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "price",
                table: "completions",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "reasoning",
                table: "completions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "reasoning_tokens",
                table: "completions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // Prices were millionths for 1,000 tokens and are decimals for 1,000,000; costs, and what counters and holds count of them, are
            // billionths in place of millionths.
            migrationBuilder.Sql(
                """
                UPDATE completions SET price = json_build_object(
                    'Prompt', price_prompt_micros / 1000.0, 'Completion', price_completion_micros / 1000.0, 'Version', price_version,
                    'CachedPrompt', price_prompt_micros / 1000.0, 'CacheWrite', price_prompt_micros / 1000.0,
                    'Reasoning', price_completion_micros / 1000.0, 'Request', 0)::text
                """);
            migrationBuilder.Sql("UPDATE completions SET cost_nanos = cost_nanos * 1000");
            migrationBuilder.Sql("UPDATE usage_ledger SET cost_nanos = cost_nanos * 1000");
            migrationBuilder.Sql("UPDATE quota_counters SET used = used * 1000, reserved = reserved * 1000, granted = granted * 1000 WHERE metric = 3");
            migrationBuilder.Sql(
                """
                UPDATE completions SET reservation = (
                    SELECT jsonb_set(reservation::jsonb, '{Holds}', jsonb_agg(
                        CASE WHEN (hold ->> 'Metric')::int = 3 THEN jsonb_set(hold, '{Amount}', to_jsonb((hold ->> 'Amount')::bigint * 1000)) ELSE hold END))::text
                    FROM jsonb_array_elements(reservation::jsonb -> 'Holds') AS holds(hold))
                WHERE reservation LIKE '%"Metric":3,%'
                """);

            migrationBuilder.DropColumn(
                name: "price_prompt_micros",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "price_completion_micros",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "price_version",
                table: "completions");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "price_prompt_micros",
                table: "completions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "price_completion_micros",
                table: "completions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "price_version",
                table: "completions",
                type: "character varying(100)",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.Sql(
                """
                UPDATE completions SET price_prompt_micros = ((price::jsonb ->> 'Prompt')::numeric * 1000)::bigint, price_completion_micros = ((price::jsonb ->> 'Completion')::numeric * 1000)::bigint,
                    price_version = (price::jsonb ->> 'Version'), cost_nanos = cost_nanos / 1000
                """);
            migrationBuilder.Sql("UPDATE usage_ledger SET cost_nanos = cost_nanos / 1000");
            migrationBuilder.Sql("UPDATE quota_counters SET used = used / 1000, reserved = reserved / 1000, granted = granted / 1000 WHERE metric = 3");

            migrationBuilder.DropColumn(
                name: "cache_write_tokens",
                table: "usage_ledger");

            migrationBuilder.DropColumn(
                name: "cached_prompt_tokens",
                table: "usage_ledger");

            migrationBuilder.DropColumn(
                name: "reasoning_tokens",
                table: "usage_ledger");

            migrationBuilder.DropColumn(
                name: "store_reasoning",
                table: "plans");

            migrationBuilder.DropColumn(
                name: "reasoning",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "cached_prompt_tokens",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "price",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "reasoning",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "reasoning_tokens",
                table: "completions");

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
