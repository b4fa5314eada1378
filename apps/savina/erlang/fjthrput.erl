%% Fork-join throughput, as programs/fjthrput.ts.
-module(fjthrput).
-export([run/2]).

run(_Threads, [Messages, Actors]) ->
    Main = self(),
    Workers = savina:spawn_all(Actors, fun(_) -> worker(Messages, 0, Main) end),
    spawn_link(fun() -> fork(Messages, Workers) end),
    Reports = savina:gather(Actors),
    fun() -> {Actors, Sum} = {length(Reports), lists:sum(Reports)}, Sum = Actors * Messages, ok end.

fork(0, _) -> ok;
fork(Left, Workers) ->
    [Worker ! {process, 37.2} || Worker <- Workers],
    fork(Left - 1, Workers).

worker(Messages, Messages, Main) -> Main ! {report, Messages};
worker(Messages, Processed, Main) ->
    receive
        {process, Theta} ->
            Sine = math:sin(Theta),
            true = Sine * Sine > 0,
            worker(Messages, Processed + 1, Main)
    end.
