-- A free list in an array, as an allocator pops and pushes.
const N: 3;
type block: 1..N; link: 0..N; -- 0: the end
var next: array [block] of link; head: link; used: array [block] of boolean;

startstate
begin
  for b: block do next[b] := b = N ? 0 : b + 1; used[b] := false; end;
  head := 1;
end;

rule "allocate" head != 0 ==>
  var got: block;
begin
  got := head;
  head := next[got];
  next[got] := 0;
  used[got] := true;
end;
ruleset b: block do
  rule "free" used[b] ==> begin next[b] := head; head := b; used[b] := false; end;
end;

-- Follows the list.
function free_blocks(): 0..N;
var at: link; count: 0..N;
begin
  at := head; count := 0;
  while at != 0 & count < N do
    count := count + 1;
    at := next[at];
  end;
  return count;
end;

function used_blocks(): 0..N;
var count: 0..N;
begin
  count := 0;
  for b: block do if used[b] then count := count + 1 end end;
  return count;
end;

invariant "every block is somewhere" free_blocks() + used_blocks() = N;
