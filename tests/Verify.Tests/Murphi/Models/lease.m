-- Leases with a clock that counts down; who holds one may write.
const Clients: 2; Span: 2;
type client: scalarset(Clients); time: 0..Span;
  lease: record owner: client; left: time; end;
var current: lease; wrote: client; history: array [client] of boolean;

function valid(l: lease): boolean;
begin
  return !isundefined(l.owner) & l.left > 0;
end;

procedure expire(var l: lease);
begin
  if !isundefined(l.owner) & l.left = 0 then undefine l; end;
end;

startstate
begin
  for c: client do history[c] := false; end;
end;

ruleset c: client do
  rule "grant" !valid(current) ==> begin current.owner := c; current.left := Span; end;
  rule "renew" valid(current) & current.owner = c ==> begin current.left := Span; end;
  rule "write" valid(current) & current.owner = c ==> begin wrote := c; history[c] := true; end;
end;
rule "tick" !isundefined(current.left) & current.left > 0 ==> begin current.left := current.left - 1; expire(current); end;

invariant "only owners write" isundefined(wrote) | history[wrote];
