using System.Reflection;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Templates;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// The content of entities. EF Core reads and writes it as it is stored; an entity is opened after it was read, and sealed only while it is saved.
/// </summary>
internal static class EntityContent
{
    private static readonly Dictionary<Type, (Func<object, Guid> RowOf, ContentProperty[] Properties)> Known = new()
    {
        [typeof(Chat)] = (
            chat => ((Chat)chat).Id.Value,
            [
                new(ContentColumns.ChatTitle, typeof(Chat).GetProperty(nameof(Chat.Title))!),
                new(ContentColumns.ChatSystemPrompt, typeof(Chat).GetProperty(nameof(Chat.SystemPrompt))!),
            ]),
        [typeof(Message)] = (
            message => ((Message)message).Id.Value,
            [
                new(ContentColumns.MessageContent, typeof(Message).GetProperty(nameof(Message.Content))!),
                new(ContentColumns.MessageTemplate, typeof(Message).GetProperty(nameof(Message.Template))!),
                new(ContentColumns.MessageReasoning, typeof(Message).GetProperty(nameof(Message.Reasoning))!),
                new(ContentColumns.MessageFeedback, typeof(Message).GetProperty(nameof(Message.FeedbackComment))!),
            ]),
        [typeof(ChatSummary)] = (
            summary => ((ChatSummary)summary).Id.Value,
            [new(ContentColumns.SummaryContent, typeof(ChatSummary).GetProperty(nameof(ChatSummary.Content))!)]),
        [typeof(Completion)] = (
            completion => ((Completion)completion).Id.Value,
            [
                new(ContentColumns.CompletionPrompt, typeof(Completion).GetProperty(nameof(Completion.Prompt))!),
                new(ContentColumns.CompletionTemplate, typeof(Completion).GetProperty(nameof(Completion.Template))!),
                new(ContentColumns.CompletionAnswer, typeof(Completion).GetProperty(nameof(Completion.Answer))!),
                new(ContentColumns.CompletionReasoning, typeof(Completion).GetProperty(nameof(Completion.Reasoning))!),
                new(ContentColumns.CompletionToolCalls, typeof(Completion).GetProperty(nameof(Completion.ToolCalls))!),
            ]),
        [typeof(TemplateVersion)] = (
            version => ((TemplateVersion)version).Id.Value,
            [new(ContentColumns.TemplateContent, typeof(TemplateVersion).GetProperty(nameof(TemplateVersion.Content))!)]),
        [typeof(Plan)] = (
            plan => ((Plan)plan).Id.Value,
            [new(ContentColumns.PlanSystemPrompt, typeof(Plan).GetProperty(nameof(Plan.SystemPrompt))!)]),
    };

    /// <summary>Decrypts the content of an entity that was read.</summary>
    public static T Open<T>(this ContentCipher cipher, T entity)
        where T : class
    {
        var (rowOf, properties) = Known[typeof(T)];
        var row = rowOf(entity);
        foreach (var (column, property) in properties)
            property.SetValue(entity, Opened(cipher, column, row, property.GetValue(entity)));
        return entity;
    }

    /// <summary>The same, for what has to go on also where content is lost: what cannot be decrypted is dropped.</summary>
    public static T OpenOrDrop<T>(this ContentCipher cipher, T entity)
        where T : class
    {
        var (rowOf, properties) = Known[typeof(T)];
        var row = rowOf(entity);
        foreach (var (column, property) in properties)
        {
            var stored = property.GetValue(entity);
            try
            {
                property.SetValue(entity, Opened(cipher, column, row, stored));
            }
            catch (UnreadableContentException)
            {
                property.SetValue(entity, stored is string ? "" : Array.Empty<ToolCall>());
            }
        }

        return entity;
    }

    /// <summary>Decrypts the content of an entity that was read to be changed.</summary>
    public static T OpenTracked<T>(this ContentCipher cipher, AppDbContext database, T entity)
        where T : class
    {
        cipher.Open(entity);
        var entry = database.Entry(entity);
        foreach (var (_, property) in Known[typeof(T)].Properties)
            KeepAsRead(entry.Property(property.Name));
        return entity;
    }

    /// <summary>Saves changes to the content of one owner, encrypted. The entities hold their plain text again afterwards, also when saving fails.</summary>
    public static async Task<int> SaveAsync(this ContentCipher cipher, AppDbContext database, CancellationToken ct)
    {
        List<(PropertyEntry Property, object Plain)> sealedNow = [];
        try
        {
            foreach (var entry in Changed(database).ToList())
            {
                if (!Known.TryGetValue(entry.Entity.GetType(), out var known))
                    continue;
                foreach (var (column, property) in known.Properties)
                {
                    var written = entry.Property(property.Name);
                    if (!IsWritten(entry, written))
                        continue;
                    if (column.IsSearched)
                        entry.Property(ContentColumn.Words).CurrentValue = cipher.Index.Of(written.CurrentValue as string ?? "");
                    if (written.CurrentValue is { } plain)
                    {
                        sealedNow.Add((written, plain));
                        written.CurrentValue = Sealed(cipher, column, known.RowOf(entry.Entity), plain);
                    }
                }
            }

            return await database.SaveChangesAsync(ct);
        }
        finally
        {
            foreach (var (written, plain) in sealedNow)
            {
                // Asked first: the plain text looks like a change of what was saved, and the transaction may save again.
                var isSaved = written.EntityEntry.State == EntityState.Unchanged;
                written.CurrentValue = plain;
                if (isSaved || !written.IsModified)
                    KeepAsRead(written);
            }
        }
    }

    /// <summary>Refuses to save content that was not encrypted: it has to be saved by <see cref="SaveAsync"/>.</summary>
    public static void ThrowIfPlain(AppDbContext database)
    {
        foreach (var entry in Changed(database))
        {
            if (Known.TryGetValue(entry.Entity.GetType(), out var known) && Array.Find(known.Properties, content => IsPlain(entry, content)) is { } plain)
                throw new InvalidOperationException($"{plain.Column.Table}.{plain.Column.Name} was to be saved in plain text.");
        }
    }

    private static IEnumerable<EntityEntry> Changed(AppDbContext database) =>
        database.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified);

    private static bool IsWritten(EntityEntry entry, PropertyEntry property) => entry.State == EntityState.Added || property.IsModified;

    private static bool IsPlain(EntityEntry entry, ContentProperty content) =>
        entry.Property(content.Property.Name) is var property && IsWritten(entry, property) && !IsSealed(property.CurrentValue);

    private static void KeepAsRead(PropertyEntry property) => (property.OriginalValue, property.IsModified) = (property.CurrentValue, false);

    private static bool IsSealed(object? value) => value switch
    {
        null or SealedToolCalls => true,
        string text => text.StartsWith(ContentCipher.Prefix, StringComparison.Ordinal),
        _ => false,
    };

    private static object Sealed(ContentCipher cipher, ContentColumn column, Guid row, object plain) => plain switch
    {
        IReadOnlyList<ToolCall> calls => new SealedToolCalls(cipher.Seal(row, calls)),
        string text => cipher.Seal(column, row, text),
        _ => throw new InvalidOperationException($"A {plain.GetType().Name} is no content."),
    };

    private static object? Opened(ContentCipher cipher, ContentColumn column, Guid row, object? stored) => stored switch
    {
        SealedToolCalls calls => cipher.OpenCalls(row, calls.Text),
        string text => cipher.Open(column, row, text),
        _ => stored,
    };

    private sealed record ContentProperty(ContentColumn Column, PropertyInfo Property);
}
