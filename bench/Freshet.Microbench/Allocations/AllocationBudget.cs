using System.Text.Json;

namespace Freshet.Microbench.Allocations;

/// <summary>What each benchmark may allocate for one operation, in bytes: the checked-in file <c>allocation-budget.json</c>.</summary>
internal sealed class AllocationBudget
{
    private const string FileName = "allocation-budget.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _path;
    private readonly SortedDictionary<string, long> _allowed;

    private AllocationBudget(string path)
    {
        _path = path;
        Dictionary<string, long> read = File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(path)) ?? [] : [];
        _allowed = new SortedDictionary<string, long>(read, StringComparer.Ordinal);
    }

    /// <summary>The names that have an entry.</summary>
    public IEnumerable<string> Names => _allowed.Keys;

    /// <summary>Reads the file of the repository that this program was built in.</summary>
    public static AllocationBudget Load()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string project = Path.Combine(folder.FullName, "bench", "Freshet.Microbench");
            if (Directory.Exists(project))
                return new AllocationBudget(Path.Combine(project, FileName));
        }

        throw new InvalidOperationException("The budget lies in the repository, and this program was started outside of it.");
    }

    /// <summary>What a benchmark may allocate; null where it has no entry.</summary>
    public long? Of(string name) => _allowed.TryGetValue(name, out long bytes) ? bytes : null;

    /// <summary>Takes what was measured for the budget: none stays none, anything else gets a hundredth on top, for the framework's next servicing release.</summary>
    public void Approve(string name, long measured) => _allowed[name] = measured + (measured / 100);

    /// <summary>Drops the entries of benchmarks that are gone.</summary>
    public void RemoveStale()
    {
        foreach (string stale in Names.Except(BenchmarkSet.All.SelectMany(set => set.Cases()), StringComparer.Ordinal).ToArray())
            _allowed.Remove(stale);
    }

    /// <summary>Writes the file.</summary>
    public void Save() => File.WriteAllText(_path, JsonSerializer.Serialize(_allowed, Indented) + "\n");
}
