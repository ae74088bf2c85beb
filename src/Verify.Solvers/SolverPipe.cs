using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// One process of a solver. A watchdog kills it at its limits; a reader or writer then finds the pipe closed and
/// reports the reason that the watchdog recorded.
/// </summary>
internal sealed class SolverPipe : IDisposable
{
    private const int MaxMillisecondsOfLastWords = 2000;
    private const int MaxAnswersWaiting = 4096;
    private const int MaxLettersOfComplaint = 400;
    private readonly string name;
    private readonly CancellationToken cancellation;
    private readonly Process process;
    private readonly BlockingCollection<SExpr> answers = [];
    private readonly StringBuilder complaint = new();
    private readonly Thread listener;
    private readonly SolverWatchdog watch;
    private readonly CancellationTokenRegistration registration;
    private readonly Lock gate = new();
    private SolverException? reason;

    public SolverPipe(SolverProgram program, SolverLimits limits, Stopwatch clock, CancellationToken cancellation)
    {
        (name, this.cancellation) = (program.Identity, cancellation);
        cancellation.ThrowIfStopped();
        process = Start(program);
        process.StandardInput.AutoFlush = false;
        new Thread(ReadAnswers) { IsBackground = true, Name = $"{name} output" }.Start();
        listener = new Thread(ReadComplaints) { IsBackground = true, Name = $"{name} errors" };
        listener.Start();
        registration = cancellation.Register(() => Kill(new SolverException(SolverFailure.Stopped, "interrupted")));
        watch = new SolverWatchdog(name, limits, clock);
        watch.Start(Watch);
    }

    public void Write(string text)
    {
        watch.Waited();
        try
        {
            process.StandardInput.Write(text);
            process.StandardInput.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Reason();
        }
        finally
        {
            watch.Answered();
        }
    }

    /// <summary>
    /// Reads the answer to a command; it must be followed directly by the mark that was requested after the command.
    /// </summary>
    public SExpr Read(string mark)
    {
        var answer = Next();
        if (answer.Head != "error" && Next() is var end && end.Bare != mark)
        {
            throw new SolverException(SolverFailure.Garbage,
                $"{name} prints '{SolverExtensions.Shown(end)}' after '{SolverExtensions.Shown(answer)}' without a command");
        }

        return answer;
    }

    private SExpr Next()
    {
        watch.Waited();
        try
        {
            return answers.TryTake(out var answer, Timeout.Infinite) ? answer : throw Reason();
        }
        finally
        {
            watch.Answered();
        }
    }

    /// <summary>Kills the process; the first reason counts.</summary>
    public void Kill(SolverException why)
    {
        lock (gate)
        {
            reason ??= why;
        }

        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // The process has already ended, or a child of it is not ours to kill.
        }

        // A descendant that escaped may still hold the pipe open.
        Complete();
    }

    public void Dispose()
    {
        watch.Dispose();
        registration.Dispose();
        Kill(new SolverException(SolverFailure.Stopped, "ended"));
        process.Dispose();
    }

    private static Process Start(SolverProgram program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program.Path, program.Arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
            }) ?? throw new SolverException(SolverFailure.Missing, $"{program.Path} cannot be started");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SolverException(SolverFailure.Missing, $"{program.Path} cannot be started: {e.Message}");
        }
    }

    private void ReadAnswers()
    {
        try
        {
            var reader = new SExprReader(process.StandardOutput);
            while (reader.Read() is { } answer)
            {
                if (answers.Count >= MaxAnswersWaiting)
                {
                    throw new SolverException(SolverFailure.Garbage, "it prints output without a command");
                }

                answers.Add(answer);
            }
        }
        catch (SolverException e)
        {
            Kill(new SolverException(e.Trouble, $"{name}: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process was killed, and the reason is known.
        }

        Complete();
    }

    private void ReadComplaints()
    {
        var letters = new char[1024];
        try
        {
            for (int count; (count = process.StandardError.Read(letters, 0, letters.Length)) > 0;)
            {
                lock (complaint)
                {
                    complaint.Append(letters, 0, Math.Min(count, MaxLettersOfComplaint - complaint.Length));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process was killed.
        }
    }

    private void Complete()
    {
        try
        {
            answers.CompleteAdding();
        }
        catch (ObjectDisposedException)
        {
            // The reader has gone.
        }
    }

    private void Watch()
    {
        if (watch.Exceeded(Memory) is { } why)
        {
            Kill(why);
        }
    }

    private long Memory()
    {
        try
        {
            process.Refresh();
            return process.HasExited ? 0 : process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    private SolverException Reason()
    {
        cancellation.ThrowIfStopped();
        lock (gate)
        {
            if (reason is not null)
            {
                return new SolverException(reason.Trouble, reason.Message);
            }
        }

        // The pipe may close before the last output is read and before the process has ended.
        listener.Join(MaxMillisecondsOfLastWords);
        process.WaitForExit(MaxMillisecondsOfLastWords);
        string said;
        lock (complaint)
        {
            said = complaint.ToString().ReplaceLineEndings(" ").Trim();
        }

        return new SolverException(SolverFailure.Died,
            $"{name} ended{(process.HasExited ? $" with exit code {process.ExitCode}" : "")} before it answered"
            + (said.Length > 0 ? $": {said}" : ""));
    }
}

/// <summary>Cancellation as a solver failure.</summary>
internal static class Stopping
{
    public static void ThrowIfStopped(this CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            throw new SolverException(SolverFailure.Stopped, "interrupted");
        }
    }
}
