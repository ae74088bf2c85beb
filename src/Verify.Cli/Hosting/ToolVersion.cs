namespace Verify.Cli.Hosting;

/// <summary>Name and version of the tool, as results and certificates print them.</summary>
internal static class ToolVersion
{
    /// <summary>As in <c>verify 0.1.0</c>.</summary>
    public static string Text { get; } = "verify " + typeof(ToolVersion).Assembly.GetName().Version!.ToString(3);
}
