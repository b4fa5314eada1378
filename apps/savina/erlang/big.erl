%% Big, as programs/big.ts.
-module(big).
-export([run/2]).

run(_Threads, [Actors, Pings]) ->
    Main = self(),
    Peers = savina:spawn_all(Actors, fun(Number) -> receive {'begin', All} -> start(Number, All, Pings, Main) end end),
    All = list_to_tuple(Peers),
    [Peer ! {'begin', All} || Peer <- Peers],
    Answered = lists:sum(savina:gather(Actors)),
    [Peer ! served || Peer <- Peers],
    Served = lists:sum(savina:gather(Actors)),
    savina:stop_all(Peers),
    fun() -> {Answered, Served} = {Actors * Pings, Actors * Pings}, ok end.

start(Number, All, Pings, Main) -> peer(ping(savina:random(Number), All), All, Pings, 0, 0, Main).

ping(Random, All) ->
    {Index, Next} = savina:below(Random, tuple_size(All)),
    element(Index + 1, All) ! {ping, self()},
    Next.

peer(Random, All, Pings, Answered, Served, Main) ->
    receive
        {ping, From} ->
            From ! pong,
            peer(Random, All, Pings, Answered, Served + 1, Main);
        pong when Answered + 1 < Pings ->
            peer(ping(Random, All), All, Pings, Answered + 1, Served, Main);
        pong ->
            Main ! {report, Answered + 1},
            peer(Random, All, Pings, Answered + 1, Served, Main);
        served ->
            Main ! {report, Served},
            peer(Random, All, Pings, Answered, Served, Main)
    end.
