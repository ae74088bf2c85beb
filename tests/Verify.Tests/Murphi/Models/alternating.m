-- The alternating bit protocol over channels of one message.
type bit: 0..1;
var sending, awaited: bit; message, answer: bit; delivered: 0..2;

startstate
  sending := 0; awaited := 0; delivered := 0;
end;

rule "send" isundefined(message) ==> message := sending; end;
rule "lose message" !isundefined(message) ==> undefine message; end;
rule "receive" !isundefined(message) & isundefined(answer) ==>
  if message = awaited then
    awaited := 1 - awaited;
    delivered := (delivered + 1) % 3;
  end;
  answer := message;
  undefine message;
end;
rule "lose answer" !isundefined(answer) ==> undefine answer; end;
rule "next" !isundefined(answer) ==>
  if answer = sending then sending := 1 - sending; end;
  undefine answer;
end;

invariant "at most one ahead" awaited = sending | awaited = 1 - sending;
