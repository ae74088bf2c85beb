-- Leader election in a ring: numbers travel, and a larger one stops a smaller one.
const N: 3;
type node: 0..N-1; label: 1..N;
var id: array [node] of label; channel: array [node] of label; leader: node; done: array [node] of boolean;

startstate
  for n: node do
    id[n] := (n * 2) % N + 1;
    done[n] := false;
  end;
end;

ruleset n: node do
  rule "send own" !done[n] & isundefined(channel[n]) ==> channel[n] := id[n]; done[n] := true; end;
  rule "pass on" !isundefined(channel[n]) & (isundefined(channel[(n + 1) % N]) | channel[n] <= id[(n + 1) % N]) ==>
  var got: label; to_: node;
  begin
    to_ := (n + 1) % N;
    got := channel[n];
    undefine channel[n];
    if got > id[to_] then channel[to_] := got;
    elsif got = id[to_] then leader := to_;
    end;
  end;
end;

invariant "the leader has the largest number" isundefined(leader) | id[leader] = N;
