using CleanLlm.Domain.Templates;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Templates;

internal sealed class TemplateVersionConfiguration : IEntityTypeConfiguration<TemplateVersion>
{
    public void Configure(EntityTypeBuilder<TemplateVersion> builder)
    {
        builder.ToTable("template_versions");
        builder.HasKey(version => version.Id);
        builder.Property(version => version.Id).ValueGeneratedNever();
        builder.Property(version => version.Name).HasMaxLength(TemplateTerms.NameMaxLength);
        builder.Ignore(version => version.Terms);
        builder.HasOne<Template>().WithMany().HasForeignKey(version => version.TemplateId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(version => new { version.TemplateId, version.Number }).IsUnique();
    }
}
