-- Dekker's lock of two processes.
type pid: 0..1; step: enum { Rest, Ask, Look, Defer, Critical };
var flag: array [pid] of boolean; turn: pid; at: array [pid] of step;

startstate
  undefine at;
  for i: pid do flag[i] := false; at[i] := Rest; end;
  turn := 0;
end;

ruleset i: pid do
  rule "ask" at[i] = Rest ==> flag[i] := true; at[i] := Look; end;
  rule "look" at[i] = Look ==>
    if !flag[1 - i] then at[i] := Critical;
    elsif turn = i then at[i] := Look;
    else flag[i] := false; at[i] := Defer;
    end;
  end;
  rule "again" at[i] = Defer & turn = i ==> flag[i] := true; at[i] := Look; end;
  rule "leave" at[i] = Critical ==> flag[i] := false; turn := 1 - i; at[i] := Rest; end;
end;

assert "mutual exclusion" !(at[0] = Critical & at[1] = Critical);
