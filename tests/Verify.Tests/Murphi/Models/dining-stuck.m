-- Philosophers who all take the left fork first: they can starve together.
const N: 3;
type seat: 0..N-1;
var owner: array [seat] of 0..N; -- N: nobody

startstate
  for s: seat do owner[s] := N; end;
end;

ruleset s: seat do
  rule "left" owner[s] = N & owner[(s + 1) % N] != s ==> owner[s] := s; end;
  rule "right" owner[s] = s & owner[(s + 1) % N] = N ==> owner[(s + 1) % N] := s; end;
  rule "both back" owner[s] = s & owner[(s + 1) % N] = s ==> owner[s] := N; owner[(s + 1) % N] := N; end;
end;

cover "everybody holds one" forall s: seat do owner[s] = s end;
