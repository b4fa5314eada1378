%% Chameneos, as programs/chameneos.ts.
-module(chameneos).
-export([run/2]).

run(_Threads, [Creatures, Meetings]) ->
    Main = self(),
    Mall = spawn_link(fun() -> mall(Meetings, none) end),
    Pids = savina:spawn_all(Creatures, fun(Number) -> enter(Mall, Number rem 3, 0, Main) end),
    Reports = savina:gather(Creatures),
    savina:stop_all([Mall | Pids]),
    fun() ->
        Creatures = length(Reports),
        Met = lists:sum([Count || {Count, _} <- Reports]),
        Met = 2 * Meetings,
        true = lists:all(fun({_, Colour}) -> Colour >= 0 andalso Colour =< 2 end, Reports),
        ok
    end.

enter(Mall, Colour, Meetings, Main) ->
    Mall ! {enter, self(), Colour},
    receive
        {meet, Other, OtherColour} ->
            New = complement(Colour, OtherColour),
            Other ! {change, New},
            enter(Mall, New, Meetings + 1, Main);
        {change, New} ->
            enter(Mall, New, Meetings + 1, Main);
        close ->
            Main ! {report, {Meetings, Colour}}
    end.

complement(Colour, Colour) -> Colour;
complement(Mine, Other) -> 3 - Mine - Other.

mall(0, Waiting) ->
    receive
        {enter, Creature, _} ->
            Creature ! close,
            mall(0, Waiting)
    end;
mall(Left, none) ->
    receive
        {enter, Creature, _} -> mall(Left, Creature)
    end;
mall(Left, Waiting) ->
    receive
        {enter, Creature, Colour} ->
            Waiting ! {meet, Creature, Colour},
            mall(Left - 1, none)
    end.
