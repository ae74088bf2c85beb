using System.Runtime.InteropServices;
using Verify.Cli;
using Verify.Explicit;
using Verify.Formats;

// The composition root: engines and writers are listed here and nowhere else, the preferred one first. Families and claims are
// found by reflection, once a command asks for them.
var tool = new Tool([new ExplicitEngine(), new RandomEngine()], ModelWriters.All, Catalogue.Load);

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
