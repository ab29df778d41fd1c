using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Freshet.Architecture.Tests;

/// <summary>An assembly's public surface as sorted text, one member a line.</summary>
internal static class ApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append(Bases(type)).Append('\n');
            foreach (string member in Members(type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                text.Append("    ").Append(Name(type)).Append(": ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type)
        => type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";

    private static string Bases(Type type)
    {
        if (type.IsEnum)
            return $" : {Name(Enum.GetUnderlyingType(type))}";
        IEnumerable<Type> bases = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [parent] : [];
        string[] names = [.. bases.Concat(type.GetInterfaces().Where(type => type.IsPublic)).Select(Name).Order(StringComparer.Ordinal)];
        return names.Length == 0 ? "" : " : " + string.Join(", ", names);
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}");
        IEnumerable<string> fields = type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily)
            .Select(field => $"{(field.IsStatic ? "static " : "")}{(field.IsLiteral ? "const " : "")}{Name(field.FieldType)} {field.Name}");
        IEnumerable<string> properties = type.GetProperties(Declared)
            .Where(property => property.GetAccessors(true).Any(accessor => accessor.IsPublic || accessor.IsFamily) && property.Name != "EqualityContract")
            .Select(property => $"{(property.GetAccessors(true)[0].IsStatic ? "static " : "")}{Name(property.PropertyType)} {property.Name} {{{Accessors(property)} }}");
        IEnumerable<string> methods = type.GetMethods(Declared)
            .Where(method => (method.IsPublic || method.IsFamily) && !method.IsSpecialName && !method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Where(method => method.Name is not ("Equals" or "GetHashCode" or "ToString"))
            .Select(method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{Generic(method)}({Parameters(method)})");
        IEnumerable<string> constructors = type.GetConstructors(Declared).Where(constructor => constructor.IsPublic || constructor.IsFamily)
            .Select(constructor => $"new({Parameters(constructor)})");
        return fields.Concat(properties).Concat(methods).Concat(constructors);
    }

    private static string Accessors(PropertyInfo property)
    {
        string get = property.GetMethod is { IsPublic: true } ? " get;" : "";
        string set = property.SetMethod is not { IsPublic: true } setter
            ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";
        return get + set;
    }

    private static string Generic(MethodInfo method)
        => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method)
        => string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = …" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        string name = type.Namespace is { } space && space.StartsWith("Freshet", StringComparison.Ordinal) ? type.FullName ?? $"{space}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        if (tick >= 0)
            name = name[..tick];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
