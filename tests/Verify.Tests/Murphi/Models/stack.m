-- A stack of records, copied as wholes, through functions that return records.
const Depth: 3;
type frame: record kind: enum { Leaf, Node }; weight: -1..1; end;
var stack: array [1..Depth] of frame; height: 0..Depth; top: frame;

function make(k: boolean; w: -1..1): frame;
var f: frame;
begin
  if k then f.kind := Leaf; else f.kind := Node; end;
  f.weight := w;
  return f;
end;

startstate
begin
  height := 0;
end;

ruleset k: boolean; w: -1..1 do
  rule "push" height < Depth ==>
  begin
    height := height + 1;
    stack[height] := make(k, w);
    top := stack[height];
  end;
end;
rule "pop" height > 0 ==>
begin
  undefine stack[height];
  height := height - 1;
  if height = 0 then undefine top; else top := stack[height]; end;
end;

invariant "the top is the top" height = 0 | top = stack[height > 0 ? height : 1];
invariant "nothing above" forall i := 1 to Depth do i > height -> isundefined(stack[i].kind) & isundefined(stack[i].weight) end;
