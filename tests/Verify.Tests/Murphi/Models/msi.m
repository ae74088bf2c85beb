-- An MSI cache line on an atomic bus.
const N: 3;
type cache: scalarset(N); line: enum { I, S, M }; data: 0..1;
var state: array [cache] of line; copy: array [cache] of data; memory: data; latest: data;

procedure invalidate_others(c: cache);
begin
  for d: cache do
    if d != c then
      if state[d] = M then memory := copy[d]; end;
      state[d] := I;
      undefine copy[d];
    end;
  end;
end;

startstate
begin
  for c: cache do state[c] := I; undefine copy[c]; end;
  memory := 0; latest := 0;
end;

ruleset c: cache do
  rule "load" state[c] = I ==>
  begin
    for d: cache do
      if state[d] = M then memory := copy[d]; state[d] := S; end;
    end;
    state[c] := S;
    copy[c] := memory;
  end;
  ruleset v: data do
    rule "store" state[c] != M ==>
    begin
      invalidate_others(c);
      state[c] := M; copy[c] := v; latest := v;
    end;
    rule "store again" state[c] = M ==> begin copy[c] := v; latest := v; end;
  end;
  rule "evict" state[c] != I ==>
  begin
    if state[c] = M then memory := copy[c]; end;
    state[c] := I; undefine copy[c];
  end;
end;

invariant "one writer" forall c: cache do forall d: cache do c != d & state[c] = M -> state[d] = I end end;
invariant "loads see the latest" forall c: cache do state[c] != I -> copy[c] = latest end;
