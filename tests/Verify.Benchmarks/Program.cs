using System.CommandLine;
using Verify.Benchmarks;

var rounds = new Option<int>("--rounds") { Description = "Runs of each checker on each instance.", DefaultValueFactory = _ => 5 };
var only = new Option<string[]>("--only")
{
    Description = "Cases by name, 'growth' or 'schedules'; all of them without it. 'schedules' alone renews its part of a page.",
    AllowMultipleArgumentsPerToken = true,
};
var growTo = new Option<int>("--grow-to")
{
    Description = "How many sizes growth goes through (the fourth takes 16 GB).",
    DefaultValueFactory = _ => 3,
};
var into = new Option<FileInfo?>("--into") { Description = "A file to write the page to, beside standard output." };
var seconds = new Option<double>("--seconds")
{
    Description = "The most seconds of one decision by schedules.",
    DefaultValueFactory = _ => 10,
};
var root = new RootCommand("Measures Verify against Spin and Rumur on the same models, in one run, alternating.")
{
    rounds, only, growTo, seconds, into,
};
root.SetAction(parsed =>
{
    var chosen = parsed.GetValue(only) ?? [];
    var names = Case.All.Select(known => known.Name).Concat(["growth", "schedules"]).ToArray();
    if (chosen.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
    {
        Console.Error.WriteLine($"bench: error VRF403: the case '{unknown}' does not exist\nhint: one of {string.Join(", ", names)}");
        return 3;
    }

    if (parsed.GetValue(rounds) < 1 || parsed.GetValue(growTo) < 1 || !(parsed.GetValue(seconds) > 0))
    {
        Console.Error.WriteLine("bench: error VRF403: nothing is measured in no rounds, sizes or seconds\nhint: write a number above 0");
        return 3;
    }

    bool IsAsked(string name) => chosen.Length == 0 || chosen.Contains(name);
    var verify = Path.Combine(Root(), "verify");
    var measurements = new Measurements(Console.Error.WriteLine);
    var contenders = Contender.All(verify).ToArray();
    var page = new StringWriter();
    var isRenewal = chosen is ["schedules"];
    void Print(string text)
    {
        Console.Write(text);
        page.Write(text);
    }

    try
    {
        if (!isRenewal)
        {
            Print(Page.Heading(parsed.GetValue(rounds)));
        }

        foreach (var what in Case.All.Where(what => IsAsked(what.Name)))
        {
            Print(Table.Of(what, measurements.Of(contenders, what.Claim, what.Sizes, parsed.GetValue(rounds))));
        }

        if (IsAsked("growth"))
        {
            Print(Page.Growth(measurements, contenders, parsed.GetValue(rounds), parsed.GetValue(growTo)));
        }

        if (IsAsked("schedules"))
        {
            var schedules = new ScheduleTable(arguments =>
            {
                Console.Error.WriteLine(string.Join(' ', arguments));
                return Verify.Benchmarks.Command.Run(verify, arguments, 1, 2);
            });
            Print(schedules.Section(
                Strategy.All, Strategy.Refuted, Strategy.Held, parsed.GetValue(rounds), parsed.GetValue(seconds)));
        }
    }
    catch (BenchmarkException e)
    {
        Console.Error.WriteLine($"bench: {e.Message}");
        return 4;
    }

    if (parsed.GetValue(into) is { } file)
    {
        File.WriteAllText(file.FullName, isRenewal && file.Exists
            ? ScheduleTable.Renewed(File.ReadAllText(file.FullName), page.ToString())
            : page.ToString().TrimEnd('\n') + "\n");
    }

    return 0;
});
var line = root.Parse(args);
if (line.Errors.Count > 0)
{
    Console.Error.WriteLine($"bench: error VRF403: {line.Errors[0].Message}\nhint: run 'verify bench --help'");
    return 3;
}

return line.Invoke();

static string Root()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Verify.sln")))
    {
        folder = folder.Parent;
    }

    return folder?.FullName ?? throw new BenchmarkException("Verify.sln is in no folder above this program");
}
