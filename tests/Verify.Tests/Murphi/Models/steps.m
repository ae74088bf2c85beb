-- Loops with steps, over numbers, enums and booleans.
type colour: enum { Red, Green, Blue };
var lamp: array [colour] of boolean; dial: 0..12; count: array [boolean] of 0..3;

startstate for c: colour do lamp[c] := c = Green; end; dial := 0; clear count; end;

ruleset i: 0..3 do
  rule "set" dial != i * 4 ==> dial := i * 4; end;
end;
ruleset c: colour; on: 0..1 do
  rule "switch" lamp[c] = (on = 0) ==> lamp[c] := on = 1; end;
end;
rule "shift" dial > 0 ==>
  var was: boolean;
begin
  was := lamp[Blue];
  lamp[Blue] := lamp[Green];
  lamp[Green] := lamp[Red];
  lamp[Red] := was;
  dial := dial - 1;
end;
rule "count" forall i := 2 to 10 by 4 do dial != i end ==>
begin
  for b: boolean do
    count[b] := 0;
    for c: colour do if lamp[c] = b then count[b] := count[b] + 1; end; end;
  end;
end;

invariant "all are counted" count[false] + count[true] = 3 | count[false] + count[true] = 0;
