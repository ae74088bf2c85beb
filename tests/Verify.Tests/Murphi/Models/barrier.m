-- A barrier that turns its sense with each round.
const N: 3;
type proc: scalarset(N);
var sense: boolean; local: array [proc] of boolean; inside: array [proc] of boolean; missing: 0..N;

startstate
  sense := false; missing := N;
  for p: proc do local[p] := false; inside[p] := false; end;
end;

ruleset p: proc do
  rule "arrive" !inside[p] ==>
    local[p] := !local[p];
    inside[p] := true;
    missing := missing - 1;
    if missing = 0 then missing := N; sense := local[p]; end;
  end;
  rule "go on" inside[p] & sense = local[p] ==> inside[p] := false; end;
end;

invariant "nobody is two rounds ahead" forall p: proc do inside[p] | local[p] = sense end;
