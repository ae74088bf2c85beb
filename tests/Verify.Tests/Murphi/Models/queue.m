-- A bounded queue as an array with a length, and what was put in must come out in order.
const Size: 3; Values: 2;
type slot: 0..Size-1; value: 0..Values-1;
var items: array [slot] of value; length: 0..Size; sent: value; received: value;

startstate
  length := 0; sent := 0; received := 0;
end;

rule "put" length < Size ==>
begin
  items[length] := sent;
  length := length + 1;
  sent := (sent + 1) % Values;
end;

rule "get" length > 0 ==>
begin
  assert items[0] = received "in order";
  for i := 0 to Size - 2 do
    if isundefined(items[i + 1]) then undefine items[i]; else items[i] := items[i + 1]; end;
  end;
  undefine items[Size - 1];
  length := length - 1;
  received := (received + 1) % Values;
end;

invariant "no value behind the end" forall i: slot do i < length | isundefined(items[i]) end;
