-- Readers and a writer.
const N: 3;
type proc: scalarset(N); role: enum { Out, Reading, Writing };
var doing: array [proc] of role; readers: 0..N; writing: boolean; writer: proc;

startstate begin
  for p: proc do doing[p] := Out; end; readers := 0; writing := false;
end;

ruleset p: proc do
  rule "read" doing[p] = Out & !writing ==> begin doing[p] := Reading; readers := readers + 1; end;
  rule "read end" doing[p] = Reading ==> begin doing[p] := Out; readers := readers - 1; end;
  rule "write" doing[p] = Out & !writing & readers = 0 ==> begin doing[p] := Writing; writing := true; writer := p; end;
  rule "write end" doing[p] = Writing ==> begin assert writer = p; doing[p] := Out; writing := false; undefine writer; end;
end;

invariant "writers are alone" writing -> !isundefined(writer) & forall p: proc do p = writer | doing[p] = Out end;
