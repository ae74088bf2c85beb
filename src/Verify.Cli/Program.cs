using System.Runtime.InteropServices;
using Verify.Cli;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats;
using Verify.Solving;
using Verify.Symbolic;

// The composition root: engines and writers are listed here and nowhere else, the preferred one first. Families and claims are
// found by reflection, once a command asks for them.
var z3 = new LocalSolver(SolverKind.Z3);
var search = new ExplicitEngine();
IEngine[] symbolic = [new BmcEngine(z3), new KInductionEngine(z3), new PdrEngine(z3), new SpacerEngine(z3)];
var tool = new Tool(
    [
        search, new RandomEngine(), new ScheduleEngine(), .. symbolic,
        new AutoEngine(search, symbolic[0], symbolic[2]), new PortfolioEngine([search, .. symbolic]),
    ],
    ModelWriters.All, Catalogue.Load);

// The first interrupt stops the work and lets the tool print what it has; the second ends the process.
using var interrupt = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return tool.Run(args, Terminal.Console(), interrupt.Token);
