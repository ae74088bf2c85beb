-- Dijkstra's self-stabilising token ring, from every state.
const N: 3; K: 4;
type node: 0..N-1; value: 0..K-1;
var x: array [node] of value;

ruleset a: value; b: value; c: value do
  startstate begin x[0] := a; x[1] := b; x[2] := c; end;
end;

function privileged(n: node): boolean;
begin
  if n = 0 then return x[0] = x[N - 1]; else return x[n] != x[n - 1]; end;
end;

ruleset n: node do
  rule "move" privileged(n) ==>
  begin
    if n = 0 then x[0] := (x[0] + 1) % K; else x[n] := x[n - 1]; end;
  end;
end;

invariant "somebody is privileged" exists n: node do privileged(n) end;
