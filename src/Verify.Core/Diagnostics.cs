using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.CompilerServices;

namespace Verify;

/// <summary>A line in a user's source file.</summary>
/// <param name="File">Path relative to the repository root, <c>/</c>-separated.</param>
/// <param name="Line">Line, from 1.</param>
public sealed record SourceLocation(string File, int Line)
{
    /// <summary>
    /// The folder of the repository in the paths that the compiler supplies: the real folder, or its replacement by
    /// <c>PathMap</c>.
    /// </summary>
    private static readonly string Root = RootOf();

    /// <summary>Makes a location from compiler-supplied caller information.</summary>
    public static SourceLocation From(string file, int line)
    {
        var path = file.Replace('\\', '/');
        return new(path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : path, line);
    }

    /// <summary>The line of the user's code that threw an exception; null if none of its lines is known.</summary>
    public static SourceLocation? Of(Exception exception) => In(new StackTrace(exception, fNeedFileInfo: true));

    /// <summary>The line of the user's code that called this project.</summary>
    internal static SourceLocation? OfCaller() => In(new StackTrace(fNeedFileInfo: true));

    /// <summary>The first line of a method, from the debugging information beside its assembly; null if there is none.</summary>
    public static SourceLocation? Of(MethodBase? method)
    {
        var path = Path.ChangeExtension(method?.Module.FullyQualifiedName, ".pdb");
        if (method is null || !System.IO.File.Exists(path))
        {
            return null;
        }

        try
        {
            using var provider = MetadataReaderProvider.FromPortablePdbStream(System.IO.File.OpenRead(path));
            var reader = provider.GetMetadataReader();
            var information = ((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken)).ToDebugInformationHandle();
            return reader.GetMethodDebugInformation(information).GetSequencePoints().Where(point => !point.IsHidden)
                .Select(point => From(reader.GetString(reader.GetDocument(point.Document).Name), point.StartLine)).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            return null;
        }
    }

    private static SourceLocation? In(StackTrace stack)
    {
        var own = typeof(SourceLocation).Assembly;
        var frame = stack.GetFrames()
            .FirstOrDefault(f => f.GetMethod()?.DeclaringType?.Assembly != own && f.GetFileName() is not null);
        return frame is null ? null : From(frame.GetFileName()!, frame.GetFileLineNumber());
    }

    private static string RootOf([CallerFilePath] string here = "")
    {
        const string Here = "src/Verify.Core/Diagnostics.cs";
        var path = here.Replace('\\', '/');
        return path.EndsWith("/" + Here, StringComparison.Ordinal) ? path[..^Here.Length] : "/_/";
    }

    /// <summary>The column, from 1; 0 if it is unknown.</summary>
    public int Column { get; init; }

    /// <summary>MSBuild's form, <c>file(line)</c> or <c>file(line,column)</c>, which editors and CI underline.</summary>
    public override string ToString() => Column > 0 ? $"{File}({Line},{Column})" : $"{File}({Line})";
}

/// <summary>One kind of error: its stable code, its meaning and a hint.</summary>
/// <param name="Id">The code, <c>VRF</c> and three digits.</param>
/// <param name="Title">The error in one line.</param>
/// <param name="Hint">The default advice; the place that reports the error may give a better one.</param>
public sealed record ErrorCode(string Id, string Title, string Hint);

/// <summary>One reported mistake of the user.</summary>
/// <param name="Code">The kind of error.</param>
/// <param name="Message">The mistake in one line.</param>
/// <param name="Where">The source location; null if it is unknown.</param>
/// <param name="Hint">Advice on how to continue.</param>
public sealed record Diagnostic(ErrorCode Code, string Message, SourceLocation? Where, string Hint)
{
    /// <summary>The line of the source, and below it a line of carets; null if the source is not at hand.</summary>
    public string? Excerpt { get; init; }

    /// <summary>The canonical line, <c>FILE(LINE): error VRFnnn: message</c>.</summary>
    public override string ToString() => $"{Where?.ToString() ?? "verify"}: error {Code.Id}: {Message}";
}

/// <summary>A user's mistake: a bad model, a bad claim, a bad option or a bad file.</summary>
/// <param name="diagnostic">The mistake.</param>
/// <param name="cause">The exception that the user's code threw; null if it threw none.</param>
public class UserErrorException(Diagnostic diagnostic, Exception? cause = null) : Exception(diagnostic.ToString(), cause)
{
    /// <summary>The mistake, its source location and a hint.</summary>
    public Diagnostic Diagnostic { get; } = diagnostic;

    /// <summary>All mistakes that were found together, the first one first.</summary>
    public virtual ImmutableArray<Diagnostic> All => [Diagnostic];

    /// <summary>Makes the exception from its parts; the hint defaults to that of the code.</summary>
    public static UserErrorException At(
        SourceLocation? where, ErrorCode code, string message, string? hint = null, Exception? cause = null) =>
        new(new Diagnostic(code, message, where, hint ?? code.Hint), cause);

    /// <summary>A part of a model is asked for that this instance does not have.</summary>
    public static UserErrorException Absent(string message) => At(null, ErrorCodes.UnknownName, message);
}

/// <summary>All error codes. No code is defined anywhere else.</summary>
/// <remarks>
/// 1xx modelling, 2xx engines and budgets, 3xx claims and certificates, 4xx files and tools, 9xx ours.
/// </remarks>
public static class ErrorCodes
{
    /// <summary>Two expressions do not fit together.</summary>
    public static readonly ErrorCode SortMismatch = new("VRF101", "sorts do not fit",
        "compare or assign values of one sort; lift a plain value with Some(…), take it out with .Value");

    /// <summary>A name is declared twice.</summary>
    public static readonly ErrorCode DuplicateName = new("VRF102", "a name is declared twice",
        "rename one of the two");

    /// <summary>A declaration is empty or out of range.</summary>
    public static readonly ErrorCode BadDeclaration = new("VRF103", "a declaration is empty or out of range",
        "give every sort at least one value and every name at least one letter");

    /// <summary>A rule writes one location twice in one step.</summary>
    public static readonly ErrorCode DoubleWrite = new("VRF104", "one location is written twice in a step",
        "updates are simultaneous: combine the two into one value, or split the step");

    /// <summary>Ghost state decides what the model does.</summary>
    public static readonly ErrorCode GhostRead = new("VRF105", "ghost state is read where behaviour depends on it",
        "ghosts may be read by properties and by updates of other ghosts only");

    /// <summary>The target of an update is not a location.</summary>
    public static readonly ErrorCode NotALocation = new("VRF106", "the target of an update is not a location",
        "assign to a variable, an entry of a map, a field of a record, or the content of an option");

    /// <summary>A bound variable is used outside of its scope.</summary>
    public static readonly ErrorCode Unbound = new("VRF107", "a parameter is used outside of its rule or quantifier",
        "use a parameter only inside the lambda that received it");

    /// <summary>A variable of another model is used.</summary>
    public static readonly ErrorCode ForeignVariable = new("VRF108", "a variable of another model is used",
        "declare the variable with the builder of this model");

    /// <summary>Identities of a scalar set are added, ordered or named.</summary>
    public static readonly ErrorCode BrokenSymmetry = new("VRF109", "identities of a scalar set are symmetric",
        "compare them for equality only; use an enum or a range when the members differ");

    /// <summary>A thread's program lacks a step that it needs.</summary>
    public static readonly ErrorCode BadThread = new("VRF110", "a thread's program is not well formed",
        "every path through a thread needs a named step; branches without a name may read locals only");

    /// <summary>A model has no rule or no property.</summary>
    public static readonly ErrorCode EmptyModel = new("VRF111", "a model has no rule or no property",
        "declare at least one rule and one property");

    /// <summary>An initial value depends on the state.</summary>
    public static readonly ErrorCode BadInitial = new("VRF112", "an initial value reads the state",
        "an initial value is a constant of the variable's sort");

    /// <summary>The model or the family declares no such name.</summary>
    public static readonly ErrorCode UnknownName = new("VRF113", "a name is not declared",
        "run 'verify list' for the names");

    /// <summary>The code that describes a model throws an exception.</summary>
    public static readonly ErrorCode ModelThrows = new("VRF114", "the code that describes a model throws an exception",
        "mend the line; an expression that is null is the likeliest cause, and VERIFY_DEBUG=1 shows the stack");

    /// <summary>A quantifier binds a parameter that is already bound.</summary>
    public static readonly ErrorCode BoundTwice = new("VRF115", "a parameter is bound twice",
        "give the quantifier its own parameter: ForAll(sort, x => …)");

    /// <summary>C# is asked to decide a condition of the model.</summary>
    public static readonly ErrorCode AskedOutside = new("VRF116", "C# is asked to decide a condition of the model",
        "write & and | in place of && and ||; If(c, a, b) for one of two values; t.If or t.Branch for a choice of a thread");

    /// <summary>An initial condition may be undefined.</summary>
    public static readonly ErrorCode PartialStart = new("VRF117", "an initial condition may be undefined",
        "say .HasValue & before .Value, in the same condition, and keep keys and values within their ranges");

    /// <summary>No state satisfies the initial conditions.</summary>
    public static readonly ErrorCode NoStart = new("VRF118", "a model has no initial state",
        "every proof about it would be empty: correct the condition, or the values that fixed variables start with");

    /// <summary>The search for an initial state takes too long.</summary>
    public static readonly ErrorCode HardStart = new("VRF119", "no initial state is found",
        "declare first what a condition reads first, say it of each entry (ForAll), or start a variable with a constant");

    /// <summary>The value of an empty option is read.</summary>
    public static readonly ErrorCode NoValue = new("VRF120", "the value of an empty option is read",
        "guard the read with .HasValue; in a text, with x != none");

    /// <summary>A number leaves the range of the location it is assigned to.</summary>
    public static readonly ErrorCode OutOfRange = new("VRF121", "a number leaves its range",
        "widen the range, or guard the step so that it cannot overflow");

    /// <summary>A state or a step of the model is too large for an engine.</summary>
    public static readonly ErrorCode TooLarge = new("VRF122", "an instance is too large to lower",
        "reduce the sizes: verify check CLAIM --size NAME=N");

    /// <summary>The text of a protocol file cannot be read.</summary>
    public static readonly ErrorCode BadSyntax = new("VRF130", "the text of a protocol file cannot be read",
        "src/docs/language.md shows every declaration and step");

    /// <summary>A choice of the instance depends on the state.</summary>
    public static readonly ErrorCode NotConstant = new("VRF131", "a choice of the instance depends on the state",
        "with and unless take faults, features, assumptions, profiles and sizes");

    /// <summary>A part of a text in another language has no counterpart.</summary>
    public static readonly ErrorCode NotExpressed = new("VRF132", "a text of another checker cannot be expressed",
        "src/docs/murphi.md lists what is read, and what to write in place of the rest");

    /// <summary>The engine does not exist or is not available here.</summary>
    public static readonly ErrorCode UnknownEngine = new("VRF201", "no such engine here",
        "run 'verify list' for the engines and whether each is available");

    /// <summary>A budget that cannot be parsed.</summary>
    public static readonly ErrorCode BadBudget = new("VRF202", "a budget cannot be parsed",
        "use states=N, depth=N, seconds=N, bytes=N (as 5k, 30s, 2m, 256MB), separated by commas");

    /// <summary>A reduction that the model or the property does not allow.</summary>
    public static readonly ErrorCode BadReduction = new("VRF203", "a reduction does not fit the model or the property",
        "omit the reduction: the search without it is always correct");

    /// <summary>An unknown claim.</summary>
    public static readonly ErrorCode UnknownClaim = new("VRF301", "no such claim",
        "run 'verify list' for the claims");

    /// <summary>An unknown size, or one that is out of range.</summary>
    public static readonly ErrorCode BadSize = new("VRF302", "a size is unknown or out of range",
        "run 'verify list' for the sizes of each family");

    /// <summary>An unknown fault, assumption or profile.</summary>
    public static readonly ErrorCode UnknownChoice = new("VRF303", "no such fault, assumption or profile",
        "run 'verify list' for the choices of each family");

    /// <summary>Options that contradict each other.</summary>
    public static readonly ErrorCode Contradiction = new("VRF304", "options contradict each other",
        "omit one of the two");

    /// <summary>A claim's file is not well formed.</summary>
    public static readonly ErrorCode BadClaim = new("VRF305", "a claim is not well formed",
        "name a property of the claim's family, and give the claim a unique identifier");

    /// <summary>A trace that is not one of this instance.</summary>
    public static readonly ErrorCode BadTrace = new("VRF306", "the trace does not belong to this instance",
        "paste the replay line exactly as it was printed, with the same sizes, features, faults and assumptions");

    /// <summary>A model contains something that depends on the sizes.</summary>
    public static readonly ErrorCode NotGeneric = new("VRF307", "a model cannot be expressed for every size",
        "check instances instead: verify check CLAIM --size NAME=N");

    /// <summary>A claim has no invariant, or the invariant is not well formed.</summary>
    public static readonly ErrorCode BadInvariant = new("VRF308", "a claim has no invariant, or the invariant is not well formed",
        "search for one: verify prove CLAIM --any-size --find");

    /// <summary>A certificate that is damaged or belongs to another claim.</summary>
    public static readonly ErrorCode BadCertificate = new("VRF309", "a certificate is damaged, or belongs to another claim",
        "write it again: verify prove CLAIM --any-size, or --into DIR");

    /// <summary>A certificate whose model, invariant or tool has changed since.</summary>
    public static readonly ErrorCode StaleCertificate = new("VRF310", "a certificate is out of date",
        "prove it again: verify prove CLAIM --any-size, or --into DIR");

    /// <summary>A required tool is missing.</summary>
    public static readonly ErrorCode MissingTool = new("VRF401", "a tool is missing",
        "install it and try again");

    /// <summary>A file cannot be read or written.</summary>
    public static readonly ErrorCode BadFile = new("VRF402", "a file cannot be read or written",
        "check the path, the permissions and the free space");

    /// <summary>The command line cannot be parsed.</summary>
    public static readonly ErrorCode BadUsage = new("VRF403", "the command line cannot be parsed",
        "run 'verify --help'");

    /// <summary>A format that does not exist or cannot express a model.</summary>
    public static readonly ErrorCode BadFormat = new("VRF405", "a format does not exist, or cannot express the model",
        "run 'verify export --help' for the formats");

    /// <summary>The tool does not build from its sources, which the launcher reports, or the user's own sources do not compile.</summary>
    public static readonly ErrorCode BuildFailed = new("VRF404", "the sources do not build",
        "fix the first error above");

    /// <summary>A checkpoint that a search cannot resume from.</summary>
    public static readonly ErrorCode BadCheckpoint = new("VRF406", "a checkpoint cannot be used",
        "delete its directory to start again, or choose another directory");

    /// <summary>The disk failed or is full during a search, which ends the search.</summary>
    public static readonly ErrorCode DiskFailed = new("VRF407", "the disk failed or is full during a search",
        "free some space, or name another directory with --spill; with --checkpoint the search resumes from its last checkpoint");

    /// <summary>An internal error.</summary>
    public static readonly ErrorCode Internal = new("VRF901", "an internal error",
        "please report it with the command line");

    /// <summary>All codes in the order of their numbers.</summary>
    public static ImmutableArray<ErrorCode> All { get; } =
    [
        .. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<ErrorCode>()
            .OrderBy(code => code.Id, StringComparer.Ordinal),
    ];
}
