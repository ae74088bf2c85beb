-- Lamport's bakery with bounded tickets.
const N: 2; Max: 4;
type proc: 1..N; ticket: 0..Max; point: enum { Think, Choose, Wait, Critical };
var choosing: array [proc] of boolean; number: array [proc] of ticket; at: array [proc] of point; next: array [proc] of 1..N+1;

function highest(): ticket;
var best: ticket;
begin
  best := 0;
  for p: proc do
    if number[p] > best then best := number[p]; end;
  end;
  return best;
end;

startstate
begin
  for p: proc do
    choosing[p] := false; number[p] := 0; at[p] := Think; next[p] := 1;
  end;
end;

ruleset p: proc do
  rule "choose" at[p] = Think ==> begin choosing[p] := true; at[p] := Choose; end;
  rule "take" at[p] = Choose & highest() < Max ==>
  begin
    number[p] := highest() + 1; choosing[p] := false; at[p] := Wait; next[p] := 1;
  end;
  rule "pass" at[p] = Wait & next[p] <= N & !choosing[next[p] <= N ? next[p] : 1]
    & (number[next[p]] = 0 | number[next[p]] > number[p] | (number[next[p]] = number[p] & next[p] >= p)) ==>
  begin
    if next[p] = N then at[p] := Critical; next[p] := 1; else next[p] := next[p] + 1; end;
  end;
  rule "leave" at[p] = Critical ==> begin number[p] := 0; at[p] := Think; end;
end;

invariant "one at a time" forall p: proc do forall q: proc do at[p] = Critical & at[q] = Critical -> p = q end end;
