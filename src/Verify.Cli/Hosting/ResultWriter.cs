using System.Text;

namespace Verify.Cli.Hosting;

/// <summary>
/// Writes results; if that fails, the error names standard output, because no file does. What cannot be written to standard
/// error is lost, and changes no result.
/// </summary>
/// <param name="inner">The standard output or the standard error.</param>
/// <param name="isError">True for the standard error.</param>
internal sealed class ResultWriter(TextWriter inner, bool isError = false) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (isError)
            {
                return;
            }

            // A closed file descriptor is reported as a path without access.
            var reason = e is UnauthorizedAccessException ? "it is closed" : e.Message;
            throw UserErrorException.At(null, ErrorCodes.BadFile, $"standard output cannot be written: {reason}",
                "free some space, or send the output elsewhere");
        }
    }
}
