using Mono.Cecil;

namespace CleanLlm.ArchitectureTests;

/// <summary>
/// What the folders of a project use, read from its compiled types: a folder is a namespace at its full depth, and what the compiler nests in a
/// type counts for that type. Only a constant cannot be seen to be used, as the compiler copies it.
/// </summary>
internal sealed class FolderGraph
{
    // From folder to folder, with one use of it.
    private readonly SortedDictionary<string, SortedDictionary<string, string>> edges = new(StringComparer.Ordinal);

    /// <param name="types">All types of a project whose folders count.</param>
    public FolderGraph(IEnumerable<TypeDefinition> types)
    {
        var ours = types.ToDictionary(type => type.FullName, StringComparer.Ordinal);
        foreach (var type in ours.Values)
        {
            foreach (var used in TypeUses.Of(type))
            {
                if (ours.TryGetValue(used, out var target))
                    Add(type, target);
            }
        }
    }

    /// <summary>A way from each folder of a cycle back to it, one for each group of folders that depend on each other.</summary>
    public IReadOnlyList<string> Cycles()
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        var cycles = new List<string>();
        foreach (var folder in edges.Keys)
        {
            if (told.Contains(folder) || ShortestWayBack(folder) is not { } way)
                continue;
            cycles.Add(string.Join("; ", way.Zip(way.Skip(1), (from, to) => $"{from} -> {to} ({edges[from][to]})")));
            told.UnionWith(Reachable(folder).Where(other => Reachable(other).Contains(folder)));
        }

        return cycles;
    }

    private void Add(TypeDefinition user, TypeDefinition used)
    {
        if (user.Namespace == used.Namespace)
            return;
        if (!edges.TryGetValue(user.Namespace, out var targets))
            edges.Add(user.Namespace, targets = new SortedDictionary<string, string>(StringComparer.Ordinal));
        targets.TryAdd(used.Namespace, $"{user.Name} uses {used.Name}");
    }

    private string[] TargetsOf(string folder) => edges.TryGetValue(folder, out var targets) ? [.. targets.Keys] : [];

    private HashSet<string> Reachable(string folder)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(TargetsOf(folder));
        while (next.TryPop(out var reached))
        {
            if (seen.Add(reached))
                Array.ForEach(TargetsOf(reached), next.Push);
        }

        return seen;
    }

    private List<string>? ShortestWayBack(string start)
    {
        var ways = new Queue<List<string>>([[start]]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (ways.TryDequeue(out var way))
        {
            foreach (var target in TargetsOf(way[^1]))
            {
                if (target == start)
                    return [.. way, target];
                if (seen.Add(target))
                    ways.Enqueue([.. way, target]);
            }
        }

        return null;
    }
}
