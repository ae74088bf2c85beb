-- A ticket lock whose counters wrap.
const N: 3;
type proc: scalarset(N); count: 0..N;
var next: count; serving: count; mine: array [proc] of count;

procedure bump(var c: count);
begin
  c := (c + 1) % (N + 1);
end;

startstate
  next := 0; serving := 0;
end;

ruleset p: proc do
  rule "draw" isundefined(mine[p]) ==> begin mine[p] := next; bump(next); end;
  rule "release" !isundefined(mine[p]) & mine[p] = serving ==> begin undefine mine[p]; bump(serving); end;
end;

invariant "tickets differ"
  forall p: proc do forall q: proc do
    p != q & !isundefined(mine[p]) & !isundefined(mine[q]) -> mine[p] != mine[q]
  end end;
