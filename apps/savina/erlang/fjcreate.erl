%% Fork-join create, as programs/fjcreate.ts.
-module(fjcreate).
-export([run/2]).

run(Threads, [Actors]) ->
    Main = self(),
    Shares = [Actors * (T + 1) div Threads - Actors * T div Threads || T <- lists:seq(0, Threads - 1)],
    [spawn_link(fun() -> create(Share, Share, Main) end) || Share <- Shares],
    Reports = savina:gather(Threads),
    fun() ->
        Actors = lists:sum([Done || {Done, _} <- Reports]),
        Actors = lists:sum([Ended || {_, Ended} <- Reports]),
        ok
    end.

create(0, Actors, Main) -> Main ! {report, ended(Actors, Actors, 0, 0)};
create(Left, Actors, Main) ->
    Creator = self(),
    {Pid, _} = spawn_monitor(fun() -> once(Creator) end),
    Pid ! {process, 37.2},
    create(Left - 1, Actors, Main).

once(Creator) ->
    receive
        {process, Theta} ->
            Sine = math:sin(Theta),
            true = Sine * Sine > 0,
            Creator ! done
    end.

ended(0, 0, Done, Ended) -> {Done, Ended};
ended(DoneLeft, EndedLeft, Done, Ended) ->
    receive
        done -> ended(DoneLeft - 1, EndedLeft, Done + 1, Ended);
        {'DOWN', _, process, _, normal} -> ended(DoneLeft, EndedLeft - 1, Done, Ended + 1)
    end.
