namespace Verify.Modelling;

/// <summary>A variable of a model. Identity is by reference.</summary>
public sealed class Variable
{
    internal Variable(string name, Sort sort, Expr? initially, VariableRole role, SourceLocation where) =>
        (Name, Sort, Initially, Role, Where) = (name, sort, initially, role, where);

    /// <summary>The name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public Sort Sort { get; }

    /// <summary>The constant it starts with; null when it may start with any value of its (scalar) sort.</summary>
    public Expr? Initially { get; }

    /// <summary>What it is for.</summary>
    public VariableRole Role { get; }

    /// <summary>Where it is declared.</summary>
    public SourceLocation Where { get; }

    /// <summary>Whether the modelled system cannot see it.</summary>
    public bool IsGhost => Role == VariableRole.Ghost;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What a variable is for.</summary>
public enum VariableRole
{
    /// <summary>State of the modelled system.</summary>
    State,

    /// <summary>An observer's notes, which nothing in the system can read.</summary>
    Ghost,

    /// <summary>Where a thread is in its program; reports show the steps in its place.</summary>
    ProgramCounter,

    /// <summary>A local of a thread; reports show it in the arguments of its steps.</summary>
    Local,
}
