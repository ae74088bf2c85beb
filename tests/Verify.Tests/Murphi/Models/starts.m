-- Several start states, some with parameters, of which assumptions drop some.
const N: 3;
type p: 0..N-1;
var x: array [p] of 0..2; y: boolean; z: p;

startstate "one" clear x; y := false; z := 0; end;
startstate "two" begin for i: p do x[i] := i; end; y := true; z := N - 1; end;
ruleset a: p; b: boolean do
  startstate "any" for i: p do x[i] := i = a ? 2 : 0 end; y := b; z := a; end;
end;

ruleset i: p do
  rule "turn" y ==> x[i] := (x[i] + 1) % 3; end;
  rule "stop" y & x[i] = 2 ==> y := false; z := i; end;
end;

assume "never all two" !forall i: p do x[i] = 2 end;
assume "the middle is small" x[1] < 2;
cover "stopped at 2" !y & z = 2;
