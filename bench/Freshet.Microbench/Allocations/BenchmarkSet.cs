using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Freshet.Microbench.Allocations;

/// <summary>The benchmarks of one class, called without BenchmarkDotNet: the same methods, parameters and set-up, but seconds in place of minutes.</summary>
internal sealed class BenchmarkSet(Type type)
{
    private const string Suffix = "Benchmarks";

    private readonly (PropertyInfo Property, object?[] Values)[] _parameters =
    [
        .. type.GetProperties()
            .Select(property => (property, property.GetCustomAttribute<ParamsAttribute>()?.Values!))
            .Where(parameter => parameter.Item2 is not null),
    ];

    /// <summary>What the benchmarks are about.</summary>
    public string Name { get; } = type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name[..^Suffix.Length] : type.Name;

    /// <summary>Every class of benchmarks, by name.</summary>
    public static IReadOnlyList<BenchmarkSet> All { get; } =
    [
        .. typeof(BenchmarkSet).Assembly.GetTypes()
            .Where(type => type is { IsPublic: true, IsAbstract: false } && Methods(type).Any())
            .Select(type => new BenchmarkSet(type))
            .OrderBy(set => set.Name, StringComparer.Ordinal),
    ];

    /// <summary>The names of its benchmarks, floors not counted: what those allocate is not ours.</summary>
    public IEnumerable<string> Cases()
        => from values in Combinations() from method in Ours() select NameOf(method, values);

    /// <summary>Measures every benchmark: its name, and the bytes that one operation allocates.</summary>
    public IEnumerable<(string Name, long Bytes)> Measure()
    {
        foreach (object?[] values in Combinations())
        {
            object instance = Activator.CreateInstance(type)!;
            for (int i = 0; i < values.Length; i++)
                _parameters[i].Property.SetValue(instance, values[i]);
            Run<GlobalSetupAttribute>(instance);
            foreach (MethodInfo method in Ours())
            {
                int operations = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
                long bytes = AllocationMeter.BytesPerCall(Caller(method, instance));
                yield return (NameOf(method, values), (bytes + operations - 1) / operations);
            }

            Run<GlobalCleanupAttribute>(instance);
        }
    }

    private static IEnumerable<MethodInfo> Methods(Type type) => type.GetMethods().Where(method => method.IsDefined(typeof(BenchmarkAttribute)));

    private IEnumerable<MethodInfo> Ours() => Methods(type).Where(method => !method.GetCustomAttribute<BenchmarkAttribute>()!.Baseline);

    private void Run<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (MethodInfo method in type.GetMethods().Where(method => method.IsDefined(typeof(TAttribute))))
            method.CreateDelegate<Action>(instance)();
    }

    /// <summary>A call that adds nothing of its own: results of benchmarks are objects, numbers or nothing.</summary>
    private static Action Caller(MethodInfo method, object instance)
    {
        if (method.ReturnType == typeof(void))
            return method.CreateDelegate<Action>(instance);
        if (method.ReturnType == typeof(int))
            return Discard(method.CreateDelegate<Func<int>>(instance));
        if (method.ReturnType == typeof(long))
            return Discard(method.CreateDelegate<Func<long>>(instance));
        return Discard(method.CreateDelegate<Func<object?>>(instance));
    }

    private static Action Discard<T>(Func<T> benchmark) => () => benchmark();

    private IEnumerable<object?[]> Combinations()
    {
        IEnumerable<object?[]> combinations = [[]];
        foreach ((_, object?[] values) in _parameters)
            combinations = combinations.SelectMany(chosen => values.Select(value => (object?[])[.. chosen, value]));
        return combinations;
    }

    private string NameOf(MethodInfo method, object?[] values)
    {
        IEnumerable<string> shown = _parameters.Zip(values, (parameter, value) => $"{parameter.Property.Name}={value}");
        return values.Length == 0 ? $"{Name}.{method.Name}" : $"{Name}.{method.Name}({string.Join(", ", shown)})";
    }
}
