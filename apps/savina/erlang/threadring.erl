%% ThreadRing, as programs/threadring.ts.
-module(threadring).
-export([run/2]).

run(_Threads, [Actors, Hops]) ->
    Main = self(),
    Nodes = savina:spawn_all(Actors, fun(Place) -> receive {join, Next} -> node(Place, Next, 0, Main) end end),
    [Node ! {join, Next} || {Node, Next} <- lists:zip(Nodes, tl(Nodes) ++ [hd(Nodes)])],
    hd(Nodes) ! {token, Hops},
    [Last] = savina:gather(1),
    [Node ! passed || Node <- Nodes],
    Passed = lists:sum(savina:gather(Actors)),
    savina:stop_all(Nodes),
    fun() -> {Last, Passed} = {Hops rem Actors, Hops}, ok end.

node(Place, Next, Passed, Main) ->
    receive
        {token, 0} ->
            Main ! {report, Place},
            node(Place, Next, Passed, Main);
        {token, Left} ->
            Next ! {token, Left - 1},
            node(Place, Next, Passed + 1, Main);
        passed ->
            Main ! {report, Passed},
            node(Place, Next, Passed, Main)
    end.
