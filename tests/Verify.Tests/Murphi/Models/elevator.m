-- A lift that serves calls, with every operator that chooses.
const Top: 3;
type floor: 0..Top; way: enum { Up, Down, Still };
var at: floor; going: way; called: array [floor] of boolean; open: boolean;

function above(f: floor): boolean;
begin
  return exists g := 0 to Top do g > f & called[g] end;
end;

function below(f: floor): boolean;
var g: floor;
begin
  g := 0;
  while g < f do
    if called[g] then return true; end;
    g := g + 1;
  end;
  return false;
end;

startstate
begin
  at := 0; going := Still; open := false;
  for f := Top to 0 by -1 do called[f] := false; end;
end;

ruleset f: floor do
  rule "call" !called[f] & f != at ==> begin called[f] := true; end;
end;
rule "doors" called[at] & !open ==> begin open := true; called[at] := false; end;
rule "close" open ==> begin open := false; end;
rule "decide" !open & !called[at] ==>
begin
  switch going
    case Up: going := above(at) ? Up : (below(at) ? Down : Still);
    case Down: going := below(at) ? Down : (above(at) ? Up : Still);
    else
      if above(at) then going := Up; elsif below(at) then going := Down; endif;
  endswitch;
end;
rule "move" !open & !called[at] & (going = Up & above(at) | going = Down & below(at)) ==>
begin
  at := going = Up ? at + 1 : at - 1;
end;

invariant "doors open only where nobody waits" open -> !called[at] | going = going;
