-- A sliding window of two over channels that lose messages.
const Window: 2; Numbers: 4; Cap: 2;
type seq: 0..Numbers-1; slot: 0..Cap-1;
  channel: record load: array [slot] of seq; used: 0..Cap; end;
var data, acks: channel; base: seq; open: 0..Window; expect: seq;

procedure push(var c: channel; s: seq);
begin
  c.load[c.used] := s;
  c.used := c.used + 1;
end;

function pop(var c: channel): seq;
var first: seq;
begin
  first := c.load[0];
  for i := 0 to Cap - 2 do
    alias here: c.load[i]; there: c.load[i + 1] do
      if i + 1 < c.used then here := there; else undefine here; end;
    end;
  end;
  undefine c.load[Cap - 1];
  c.used := c.used - 1;
  return first;
end;

startstate
begin
  data.used := 0; acks.used := 0; base := 0; open := 0; expect := 0;
end;

rule "send" open < Window & data.used < Cap ==>
begin
  push(data, (base + open) % Numbers);
  open := open + 1;
end;
rule "send again" open > 0 & data.used < Cap ==> begin push(data, base); end;
rule "lose" data.used > 0 ==> var gone: seq; begin gone := pop(data); end;
rule "receive" data.used > 0 & acks.used < Cap ==>
var got: seq;
begin
  got := pop(data);
  if got = expect then expect := (expect + 1) % Numbers; end;
  push(acks, expect);
end;
rule "acknowledged" acks.used > 0 ==>
var got: seq; ahead: 0..Numbers;
begin
  got := pop(acks);
  ahead := (got + Numbers - base) % Numbers;
  if ahead <= open then base := got; open := open - ahead; end;
end;

invariant "the receiver is inside of the window" (expect + Numbers - base) % Numbers <= open;
