using Spectre.Console;
using Verify.Cli.Hosting;

namespace Verify.Cli.Output;

/// <summary>Prints a table: with borders and wrapped on a terminal, as plain lines to a pipe.</summary>
internal static class Table
{
    /// <summary>Prints a table; every row has one cell per heading.</summary>
    public static void Write(Terminal terminal, string[] headings, IReadOnlyList<string[]> rows)
    {
        if (terminal.IsOutLive)
        {
            Draw(terminal, headings, rows);
            return;
        }

        var widths = Widths(headings, rows);
        terminal.Out.WriteLine(Row(headings, widths));
        foreach (var row in rows)
        {
            terminal.Out.WriteLine(Row(row, widths));
        }
    }

    /// <summary>The cells side by side; the last one is not padded.</summary>
    public static string Row(string[] cells, int[] widths) =>
        string.Concat(cells.Select((cell, i) => cell.PadRight(widths[i] + 2))).TrimEnd();

    /// <summary>The width of each column.</summary>
    public static int[] Widths(string[] headings, IReadOnlyList<string[]> rows) =>
        [.. headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max())];

    // In a method of its own: output into a pipe must not load Spectre.Console.
    private static void Draw(Terminal terminal, string[] headings, IReadOnlyList<string[]> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Out),
            ColorSystem = terminal.HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        });
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        foreach (var heading in headings)
        {
            table.AddColumn(Markup.Escape(heading));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        console.Write(table);
    }
}
