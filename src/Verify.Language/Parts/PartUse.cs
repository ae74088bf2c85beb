using Verify.Modelling;

namespace Verify.Language.Parts;

/// <summary>The sorts of the parts of one instance, and the objects that they are made of.</summary>
public sealed class PartBench(ModelBuilder model)
{
    private readonly Dictionary<Type, object> objects = [];

    /// <summary>The model.</summary>
    public ModelBuilder Model { get; } = model;

    /// <summary>The sorts: those that the file gives, by the names of the parameters, and those that parts declare.</summary>
    public Dictionary<string, Sort> Sorts { get; } = new(StringComparer.Ordinal) { ["bool"] = Sort.Bool };

    internal void Add<T>(T one) where T : class => objects[typeof(T)] = one;

    internal T? Find<T>() where T : class => objects.GetValueOrDefault(typeof(T)) as T;
}

/// <summary>One part in one instance, with the arguments that the file gives.</summary>
public sealed class PartUse
{
    private readonly PartBench bench;

    internal PartUse(HardwarePart part, PartBench bench) => (Part, this.bench) = (part, bench);

    /// <summary>The part.</summary>
    public HardwarePart Part { get; }

    /// <summary>The model.</summary>
    public ModelBuilder Model => bench.Model;

    /// <summary>The flags that are given.</summary>
    public HashSet<string> Flags { get; } = new(StringComparer.Ordinal);

    /// <summary>The numbers that are given.</summary>
    public Dictionary<string, int> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>The words that are chosen.</summary>
    public Dictionary<string, string> Choices { get; } = new(StringComparer.Ordinal);

    /// <summary>The variables that are given; they exist when rules are added.</summary>
    public Dictionary<string, Expr> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>The sorts that this part has declared.</summary>
    public List<string> Declared { get; } = [];

    /// <summary>True if a flag is given.</summary>
    public bool Has(string flag) => Flags.Contains(flag);

    /// <summary>A sort by the name of a parameter.</summary>
    public Sort Sort(string name) => bench.Sorts[name];

    /// <summary>Declares a sort that the file can name.</summary>
    public void Declare(string name, Sort sort)
    {
        bench.Sorts[name] = sort;
        Declared.Add(name);
    }

    /// <summary>Keeps an object of the part for its words and for other parts.</summary>
    public T Add<T>(T one) where T : class
    {
        bench.Add(one);
        return one;
    }

    /// <summary>An object of a part that is used; null if it is not.</summary>
    public T? Find<T>() where T : class => bench.Find<T>();

    /// <summary>An object of a part that is needed.</summary>
    public T Get<T>() where T : class => bench.Find<T>() ?? throw new InvalidOperationException($"no part has a {typeof(T).Name}");
}
