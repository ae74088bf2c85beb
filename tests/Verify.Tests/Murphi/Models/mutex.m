-- A lock that N processes take and give back.
const N: 3;
type proc: scalarset(N);
  place: enum { Idle, Trying, Critical };
var at: array [proc] of place; held: boolean;

startstate
  for p: proc do at[p] := Idle end;
  held := false;
end;

ruleset p: proc do
  rule "try" at[p] = Idle ==> at[p] := Trying; end;
  rule "enter" at[p] = Trying & !held ==> at[p] := Critical; held := true; end;
  rule "leave" at[p] = Critical ==> at[p] := Idle; held := false; end;
end;

invariant "one at a time" forall p: proc do forall q: proc do p = q | !(at[p] = Critical & at[q] = Critical) end end;
cover "somebody enters" exists p: proc do at[p] = Critical end;
