namespace Verify.Cli.Hosting;

/// <summary>The name and version of the tool, as in results and certificates.</summary>
internal static class ToolVersion
{
    /// <summary>The text, such as <c>verify 0.1.0</c>.</summary>
    public static string Text { get; } = "verify " + typeof(ToolVersion).Assembly.GetName().Version!.ToString(3);
}
