using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanLlm.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AiIntegration : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "feedback_comment",
                table: "messages",
                type: "TEXT",
                maxLength: 2000,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rating",
                table: "messages",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "cached",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "cancel_requested",
                table: "completions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "question_stored",
                table: "completions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.Sql("UPDATE completions SET question_stored = FALSE WHERE chat_id IS NOT NULL");

            migrationBuilder.AddColumn<string>(
                name: "tool_calls",
                table: "completions",
                type: "TEXT",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    key_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    request_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    completion_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => new { x.user_id, x.key_hash });
                    table.ForeignKey(
                        name: "fk_idempotency_keys_profiles_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_completions_cancel_requested",
                table: "completions",
                column: "cancel_requested",
                filter: "cancel_requested");

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                table: "idempotency_keys",
                column: "created_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropIndex(
                name: "ix_completions_cancel_requested",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "feedback_comment",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "rating",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "cached",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "cancel_requested",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "question_stored",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "tool_calls",
                table: "completions");
        }
    }
}
