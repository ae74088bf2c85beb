-- A counting semaphore, and an assumption in the middle of a rule.
const Permits: 2; N: 3;
type job: scalarset(N);
var free: 0..Permits; holds: array [job] of boolean; waits: array [job] of boolean;

startstate
  free := Permits;
  for j: job do holds[j] := false; waits[j] := false; end;
end;

ruleset j: job do
  rule "down" !holds[j] & !waits[j] ==>
    if free > 0 then free := free - 1; holds[j] := true; else waits[j] := true; end;
  end;
  rule "up" holds[j] ==>
    holds[j] := false;
    free := free + 1;
  end;
  rule "wake" waits[j] ==>
    assume free > 0;
    free := free - 1;
    waits[j] := false;
    holds[j] := true;
  end;
end;

function held(): 0..N;
var n: 0..N;
begin
  n := 0;
  for j: job do if holds[j] then n := n + 1; end; end;
  return n;
end;

invariant "counted" held() + free = Permits;
