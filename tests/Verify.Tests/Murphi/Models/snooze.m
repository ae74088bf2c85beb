-- Wait queues: a wake-up between test and sleep is lost unless the state is set first.
type task: 0..1; run: enum { Running, Sleeping, Blocked };
var state: array [task] of run; ready: boolean; pc: array [task] of 0..3;

procedure wake_all();
begin
  for t: task do
    switch state[t]
      case Blocked, Sleeping: state[t] := Running;
      case Running:
    end;
  end;
end;

startstate
begin
  clear state; ready := false; clear pc;
end;

ruleset t: task do
  rule "prepare" pc[t] = 0 ==> begin state[t] := Sleeping; pc[t] := 1; end;
  rule "test" pc[t] = 1 ==> begin if ready then state[t] := Running; ready := false; pc[t] := 3; else pc[t] := 2; end; end;
  rule "schedule" pc[t] = 2 ==> begin if state[t] = Sleeping then state[t] := Blocked; end; pc[t] := 0; put "scheduled "; put t; end;
  rule "finish" pc[t] = 3 ==> begin pc[t] := 0; end;
end;
rule "wake" !ready ==> begin ready := true; wake_all(); end;

invariant "nobody sleeps while it is ready" forall t: task do state[t] = Blocked -> !ready | pc[t] = 0 end;
