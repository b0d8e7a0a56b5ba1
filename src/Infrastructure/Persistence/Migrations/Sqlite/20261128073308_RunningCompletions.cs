using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanLlm.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RunningCompletions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_completions_cancel_requested",
                table: "completions");

            migrationBuilder.DropIndex(
                name: "ix_completions_lease_expires_at",
                table: "completions");

            migrationBuilder.DropIndex(
                name: "ix_completions_running_branch",
                table: "completions");

            migrationBuilder.CreateTable(
                name: "running_completions",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    chat_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    branch_point = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_running_completions", x => new { x.user_id, x.id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_running_completions_branch",
                table: "running_completions",
                columns: new[] { "chat_id", "branch_point" },
                unique: true,
                filter: "chat_id IS NOT NULL");

            // What runs while the program is replaced, or was left by a crash.
            migrationBuilder.Sql(
                "INSERT INTO running_completions (user_id, id, chat_id, branch_point) SELECT user_id, id, chat_id, branch_point FROM completions WHERE status IN (1, 2)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "running_completions");

            migrationBuilder.CreateIndex(
                name: "ix_completions_cancel_requested",
                table: "completions",
                column: "cancel_requested",
                filter: "cancel_requested");

            migrationBuilder.CreateIndex(
                name: "ix_completions_lease_expires_at",
                table: "completions",
                column: "lease_expires_at",
                filter: "lease_expires_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_completions_running_branch",
                table: "completions",
                columns: new[] { "chat_id", "branch_point" },
                unique: true,
                filter: "status IN (1, 2) AND chat_id IS NOT NULL");
        }
    }
}
