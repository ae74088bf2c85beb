-- Arithmetic of small numbers: products, rests, bits and signs.
const Max: 0x7;
type signed: -4..3;
var a, b: 0..Max; s: signed; seen: array [boolean] of 0..Max;

startstate begin clear seen; a := 1; b := 2; s := 0; end;

rule "multiply" a * b <= Max ==> begin a := a * b; end;
rule "rest" b != 0 ==> begin a := (a * 3 + 1) % b; end;
rule "quotient" begin b := (a + b) / 2; end;
rule "mix" begin b := a ^ b; seen[a > b] := a | b; end;
rule "mask" begin a := a & 5; seen[false] := seen[true] - (seen[true] > 0 ? 1 : 0); end;
rule "sign" s - a >= -4 & s - a < 4 ==> begin s := -(-s + a); end;
rule "minus" s = -4 ==> begin s := 3; a := s + 4; end;

invariant "in range" a ≥ 0 ∧ b ≤ Max ∧ ¬(s > 3) ∧ (a < 0 ∨ b ≠ 8);
