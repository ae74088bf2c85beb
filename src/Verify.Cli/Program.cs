using System.Runtime.InteropServices;
using Verify.Cli;
using Verify.Cli.Compiling;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Coyote;
using Verify.Engines;
using Verify.Explicit;
using Verify.Scheduling;
using Verify.Solvers;
using Verify.Solvers.Library;
using Verify.Symbolic;

if (args is [Z3Host.Argument])
{
    return Z3Host.Run();
}

// The composition root: the only list of engines and writers, the preferred ones first. Families and claims are found
// by reflection when a command needs them.
var terminal = Terminal.Console();
using var interrupt = new Interrupt(TimeProvider.System);
Verify.AuthoredCode.Host = new CodeHost(terminal, args.Contains("--json"), interrupt.Token).Run;
var catalogue = args.Any(ProtocolFiles.IsOne) ? Catalogue.Load(OwnSources.Load) : Catalogue.LoadAhead();
var solvers = new SolverChoice(
[
    new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5), Tool.HostedZ3(), new MicrosoftZ3InProcess(interrupt.Stop),
]);
var search = new ExplicitEngine();
IEngine[] symbolic = [new BmcEngine(solvers), new KInductionEngine(solvers), new PdrEngine(solvers), new SpacerEngine(solvers)];
var tool = new Tool(
    [
        search, new RandomEngine(), new ScheduleEngine(), new CoyoteEngine(), .. symbolic,
        new AutoEngine(search, symbolic[0], symbolic[2]), new PortfolioEngine([search, .. symbolic]),
    ],
    ModelWriters.All, () => catalogue, solvers);

using var onInterrupt = interrupt.Listen(PosixSignal.SIGINT);
using var onTerminate = interrupt.Listen(PosixSignal.SIGTERM);
return tool.Run(args, terminal, interrupt.Token);
