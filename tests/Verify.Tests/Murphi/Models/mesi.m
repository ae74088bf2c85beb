-- MESI without data: who may hold a line in which state.
const N: 3;
type cache: scalarset(N);
var st: array [cache] of enum { Invalid, Shared, Exclusive, Modified }; sharers: 0..N;

startstate
  for c: cache do st[c] := Invalid end;
  sharers := 0;
end;

procedure count();
begin
  sharers := 0;
  for c: cache do
    if st[c] != Invalid then sharers := sharers + 1; end;
  end;
end;

ruleset c: cache do
  rule "read" st[c] = Invalid ==>
  var alone: boolean;
  begin
    alone := true;
    for d: cache do
      if st[d] != Invalid then alone := false; end;
    end;
    if alone then st[c] := Exclusive;
    else
      for d: cache do
        if st[d] != Invalid then st[d] := Shared; end;
      end;
      st[c] := Shared;
    end;
    count();
  end;
  rule "write" st[c] != Modified ==>
  begin
    for d: cache do st[d] := Invalid; end;
    st[c] := Modified;
    count();
  end;
  rule "drop" st[c] != Invalid ==> begin st[c] := Invalid; count(); end;
end;

invariant "exclusive is alone" forall c: cache do st[c] = Exclusive | st[c] = Modified -> sharers = 1 end;
