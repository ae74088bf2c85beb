-- Two levels of page tables as nested records and arrays.
type index: 0..1; right: enum { Read, Write };
  entry: record present: boolean; access: right; end;
  table: record present: boolean; entries: array [index] of entry; end;
var root: array [index] of table; faults: 0..3;

procedure map(var t: table; i: index; a: right);
begin
  alias e: t.entries[i] do
    e.present := true;
    e.access := a;
  end;
end;

function may(t: table; i: index; a: right): boolean;
begin
  return t.present & t.entries[i].present & (a = Read | t.entries[i].access = Write);
end;

startstate
begin
  for i: index do
    root[i].present := false;
    for j: index do root[i].entries[j].present := false; root[i].entries[j].access := Read; end;
  end;
  faults := 0;
end;

ruleset i: index; j: index; a: right do
  rule "fault" !may(root[i], j, a) & faults < 3 ==>
  begin
    faults := faults + 1;
    root[i].present := true;
    map(root[i], j, a);
  end;
end;
ruleset i: index do
  rule "unmap" root[i].present ==>
  begin
    root[i].present := false;
    for j: index do clear root[i].entries[j].access; root[i].entries[j].present := false; end;
  end;
  rule "copy" root[i].present & !root[1 - i].present ==> root[1 - i] := root[i]; end;
end;

invariant "absent tables are empty" forall i: index do root[i].present | forall j: index do !root[i].entries[j].present end end;
