using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CleanLlm.Infrastructure.Persistence.Templates;

internal sealed class TemplateConfiguration : IEntityTypeConfiguration<Template>
{
    public void Configure(EntityTypeBuilder<Template> builder)
    {
        builder.ToTable("templates");
        builder.HasKey(template => template.Id);
        builder.Property(template => template.Id).ValueGeneratedNever();
        builder.Property(template => template.Name).HasMaxLength(TemplateTerms.NameMaxLength);
        // Of two changes at once, one makes the next version.
        builder.Property(template => template.Version).IsConcurrencyToken();
        builder.HasOne<User>().WithMany().HasForeignKey(template => template.OwnerId).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName("fk_templates_profiles_owner_id");
        builder.HasIndex(template => new { template.OwnerId, template.Id });
        // Two, because rows without an owner are all different to a unique index.
        builder.HasIndex(template => new { template.OwnerId, template.Name }).IsUnique().HasFilter("owner_id IS NOT NULL");
        builder.HasIndex(template => template.Name).IsUnique().HasFilter("owner_id IS NULL");
    }
}
