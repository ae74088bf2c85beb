-- Unmap, tell the others, free.
const Cpus: 2; Frames: 2;
type cpu: scalarset(Cpus); frame: scalarset(Frames); owner: enum { Free, User };
var pte: frame; tlb: array [cpu] of frame; own: array [frame] of owner; asked: array [cpu] of boolean; initiator: cpu; victim: frame;

startstate
begin
  for f: frame do own[f] := Free; end;
  for c: cpu do asked[c] := false; end;
end;

ruleset f: frame do
  rule "map" isundefined(pte) & own[f] = Free & isundefined(initiator) ==> begin pte := f; own[f] := User; end;
end;
ruleset c: cpu do
  rule "walk" !isundefined(pte) ==> begin tlb[c] := pte; end;
  rule "unmap" !isundefined(pte) & isundefined(initiator) ==>
  begin
    victim := pte; initiator := c; undefine pte; undefine tlb[c];
    for d: cpu do asked[d] := d != c; end;
  end;
  rule "flush" asked[c] ==> begin undefine tlb[c]; asked[c] := false; end;
  rule "free" !isundefined(initiator) & initiator = c & forall d: cpu do !asked[d] end ==>
  begin
    own[victim] := Free; undefine victim; undefine initiator;
  end;
end;

invariant "no stale entry" forall c: cpu do !isundefined(tlb[c]) -> own[tlb[c]] = User end;
