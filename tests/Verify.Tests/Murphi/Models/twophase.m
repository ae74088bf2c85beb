-- Two-phase commit with a coordinator that may decide to abort.
const N: 3;
type rm: scalarset(N); state: enum { Working, Prepared, Committed, Aborted };
  tm: enum { Init, Commit, Abort };
var rms: array [rm] of state; said: array [rm] of boolean; knows: array [rm] of boolean; manager: tm;
  commitSent: boolean; abortSent: boolean;

startstate "all work"
begin
  clear rms; clear said; clear knows; clear manager; clear commitSent; clear abortSent;
end;

ruleset r: rm do
  rule "prepare" rms[r] = Working ==> begin rms[r] := Prepared; said[r] := true; end;
  rule "abort alone" rms[r] = Working ==> begin rms[r] := Aborted; end;
  rule "hear prepared" manager = Init & said[r] ==> begin knows[r] := true; end;
  rule "hear commit" commitSent ==> begin rms[r] := Committed; end;
  rule "hear abort" abortSent ==> begin rms[r] := Aborted; end;
end;
rule "commit" manager = Init & forall r: rm do knows[r] end ==> begin manager := Commit; commitSent := true; end;
rule "abort" manager = Init ==> begin manager := Abort; abortSent := true; end;

invariant "consistent" !exists r: rm do exists q: rm do rms[r] = Aborted & rms[q] = Committed end end;
