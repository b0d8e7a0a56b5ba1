using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanLlm.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Branches : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_messages_chat_id",
                table: "messages");

            migrationBuilder.AddColumn<Guid>(
                name: "branch_point",
                table: "completions",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_messages_chat_id_parent_id",
                table: "messages",
                columns: new[] { "chat_id", "parent_id" });

            migrationBuilder.CreateIndex(
                name: "ix_completions_running_branch",
                table: "completions",
                columns: new[] { "chat_id", "branch_point" },
                unique: true,
                filter: "status IN (1, 2) AND chat_id IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_messages_chat_id_parent_id",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ix_completions_running_branch",
                table: "completions");

            migrationBuilder.DropColumn(
                name: "branch_point",
                table: "completions");

            migrationBuilder.CreateIndex(
                name: "ix_messages_chat_id",
                table: "messages",
                column: "chat_id");
        }
    }
}
