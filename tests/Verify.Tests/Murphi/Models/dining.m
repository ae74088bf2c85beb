-- Philosophers who all take the left fork first, except for the last one.
const N: 4;
type seat: 0..N-1; hand: enum { None_, First, Both };
var fork: array [seat] of boolean; has: array [seat] of hand;

function first(s: seat): seat;
begin
  if s = N - 1 then return 0; end;
  return s;
end;

function second(s: seat): seat;
begin
  if s = N - 1 then return s; end;
  return s + 1;
end;

startstate begin
  for s: seat do fork[s] := true; has[s] := None_; end;
end;

ruleset s: seat do
  rule "take first" has[s] = None_ & fork[first(s)] ==> begin fork[first(s)] := false; has[s] := First; end;
  rule "take second" has[s] = First & fork[second(s)] ==> begin fork[second(s)] := false; has[s] := Both; end;
  rule "put down" has[s] = Both ==> begin fork[first(s)] := true; fork[second(s)] := true; has[s] := None_; end;
end;

invariant "neighbours do not eat together" forall s: seat do !(has[s] = Both & has[(s + 1) % N] = Both) end;
