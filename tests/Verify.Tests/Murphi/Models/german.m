-- A directory protocol after German's: requests, invalidations, grants, each in a channel of its own.
const N: 2;
type node: scalarset(N);
  cstate: enum { CInvalid, CShared, CExclusive };
  cmd: enum { Empty, ReqShared, ReqExclusive, Invalidate, InvAck, GrantShared, GrantExclusive };
  message: record command: cmd; data: 0..1; end;
var cache: array [node] of record state: cstate; data: 0..1; end;
  ch1, ch2, ch3: array [node] of message;
  inv, shr: array [node] of boolean;
  exgntd: boolean; current: cmd; client: node; memory: 0..1; aux: 0..1;

startstate
begin
  for i: node do
    ch1[i].command := Empty; ch2[i].command := Empty; ch3[i].command := Empty;
    cache[i].state := CInvalid; inv[i] := false; shr[i] := false;
  end;
  exgntd := false; current := Empty; memory := 0; aux := 0;
end;

ruleset i: node do
  rule "ask shared" ch1[i].command = Empty & cache[i].state = CInvalid ==> begin ch1[i].command := ReqShared; end;
  rule "ask exclusive" ch1[i].command = Empty & cache[i].state != CExclusive ==> begin ch1[i].command := ReqExclusive; end;
  rule "pick" current = Empty & ch1[i].command != Empty ==>
  begin
    current := ch1[i].command; ch1[i].command := Empty; client := i;
    for j: node do inv[j] := shr[j]; end;
  end;
  rule "send invalidate" ch2[i].command = Empty & inv[i] & (current = ReqExclusive | current = ReqShared & exgntd) ==>
  begin
    ch2[i].command := Invalidate; inv[i] := false;
  end;
  rule "acknowledge" ch2[i].command = Invalidate & ch3[i].command = Empty ==>
  begin
    ch2[i].command := Empty; ch3[i].command := InvAck;
    if cache[i].state = CExclusive then ch3[i].data := cache[i].data; end;
    cache[i].state := CInvalid; undefine cache[i].data;
  end;
  rule "hear acknowledge" current != Empty & ch3[i].command = InvAck ==>
  begin
    ch3[i].command := Empty; shr[i] := false;
    if exgntd then exgntd := false; memory := ch3[i].data; undefine ch3[i].data; end;
  end;
  rule "grant shared" current = ReqShared & client = i & !exgntd & ch2[i].command = Empty ==>
  begin
    ch2[i].command := GrantShared; ch2[i].data := memory; shr[i] := true;
    current := Empty; undefine client;
  end;
  rule "grant exclusive" current = ReqExclusive & client = i & !exgntd & ch2[i].command = Empty & forall j: node do !shr[j] end ==>
  begin
    ch2[i].command := GrantExclusive; ch2[i].data := memory; shr[i] := true; exgntd := true;
    current := Empty; undefine client;
  end;
  rule "take shared" ch2[i].command = GrantShared ==>
  begin
    cache[i].state := CShared; cache[i].data := ch2[i].data; ch2[i].command := Empty; undefine ch2[i].data;
  end;
  rule "take exclusive" ch2[i].command = GrantExclusive ==>
  begin
    cache[i].state := CExclusive; cache[i].data := ch2[i].data; ch2[i].command := Empty; undefine ch2[i].data;
  end;
  ruleset d: 0..1 do
    rule "store" cache[i].state = CExclusive ==> begin cache[i].data := d; aux := d; end;
  end;
end;

invariant "exclusive is exclusive"
  forall i: node do forall j: node do i != j & cache[i].state = CExclusive -> cache[j].state = CInvalid end end;
invariant "data is current"
  (exgntd | memory = aux) & forall i: node do cache[i].state != CInvalid -> cache[i].data = aux end;
