%% Counting, as programs/count.ts.
-module(count).
-export([run/2]).

run(_Threads, [Messages]) ->
    Main = self(),
    Counter = spawn_link(fun() -> counter(0) end),
    spawn_link(fun() -> produce(Messages, Counter), Counter ! {count, Main} end),
    [Count] = savina:gather(1),
    fun() -> Messages = Count, ok end.

produce(0, _) -> ok;
produce(Left, Counter) ->
    Counter ! increment,
    produce(Left - 1, Counter).

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {count, To} -> To ! {report, Count}
    end.
