-- A pointer that readers follow, and a writer that waits for a grace period before it frees.
const Readers: 2; Slots: 2;
type reader: scalarset(Readers); slot: 0..Slots-1; life: enum { Free, Live, Retired };
var shared_: slot; state: array [slot] of life; sees: array [reader] of slot; old: array [reader] of boolean; waiting: boolean; victim: slot;

startstate
begin
  shared_ := 0; state[0] := Live; state[1] := Free;
  for r: reader do old[r] := false; end;
  waiting := false;
end;

ruleset r: reader do
  rule "enter" isundefined(sees[r]) ==> begin sees[r] := shared_; end;
  rule "leave" !isundefined(sees[r]) ==> begin undefine sees[r]; old[r] := false; end;
end;
ruleset s: slot do
  rule "replace" !waiting & state[s] = Free ==>
  begin
    victim := shared_; state[victim] := Retired; state[s] := Live; shared_ := s; waiting := true;
    for r: reader do old[r] := !isundefined(sees[r]); end;
  end;
end;
rule "free" waiting & forall r: reader do !old[r] end ==> begin state[victim] := Free; undefine victim; waiting := false; end;

invariant "nobody sees a free slot" forall r: reader do !isundefined(sees[r]) -> state[sees[r]] != Free end;
