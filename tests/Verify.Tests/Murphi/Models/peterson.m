-- Peterson's lock of two processes.
type pid: 0..1;
var wants: array [pid] of boolean; turn: pid; pc: array [pid] of 0..3;

startstate "free"
begin
  for i: pid do wants[i] := false; pc[i] := 0; end;
  turn := 0;
end;

ruleset i: pid do
  alias other: 1 - i; here: pc[i] do
    rule "want" here = 0 ==> begin wants[i] := true; here := 1; end;
    rule "yield" here = 1 ==> begin turn := other; here := 2; end;
    rule "enter" here = 2 & (!wants[other] | turn = i) ==> begin here := 3; end;
    rule "leave" here = 3 ==> begin wants[i] := false; here := 0; end;
  end;
end;

invariant "mutual exclusion" !(pc[0] = 3 & pc[1] = 3);
