%% PingPong, as programs/pingpong.ts.
-module(pingpong).
-export([run/2]).

run(_Threads, [Rounds]) ->
    Main = self(),
    Pong = spawn_link(fun() -> pong(0) end),
    Ping = spawn_link(fun() -> Pong ! {ball, self()}, ping(Rounds, 1, Pong, Main) end),
    [Returned] = savina:gather(1),
    Pong ! {hits, Main},
    [Hits] = savina:gather(1),
    savina:stop_all([Ping, Pong]),
    fun() -> {Rounds, Rounds} = {Returned, Hits}, ok end.

ping(Rounds, Round, Pong, Main) ->
    receive
        ball when Round < Rounds ->
            Pong ! {ball, self()},
            ping(Rounds, Round + 1, Pong, Main);
        ball ->
            Main ! {report, Round}
    end.

pong(Hits) ->
    receive
        {ball, Ping} ->
            Ping ! ball,
            pong(Hits + 1);
        {hits, To} ->
            To ! {report, Hits}
    end.
