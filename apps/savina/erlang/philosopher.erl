%% Dining philosophers, as programs/philosopher.ts.
-module(philosopher).
-export([run/2]).

run(_Threads, [Philosophers, Rounds]) ->
    Main = self(),
    Arbiter = spawn_link(fun() -> arbiter(#{}, Philosophers, 0) end),
    All = savina:spawn_all(Philosophers, fun(Number) -> receive 'begin' -> hungry(Number, Rounds, 0, Arbiter, Main) end end),
    [One ! 'begin' || One <- All],
    Eaten = lists:sum(savina:gather(Philosophers)),
    Arbiter ! {table, Main},
    [{Meals, Taken}] = savina:gather(1),
    fun() -> {Eaten, Meals, Taken} = {Philosophers * Rounds, Philosophers * Rounds, 0}, ok end.

hungry(Number, Rounds, Eaten, Arbiter, Main) ->
    Arbiter ! {hungry, Number, self()},
    receive
        denied ->
            hungry(Number, Rounds, Eaten, Arbiter, Main);
        eat ->
            Arbiter ! {done, Number},
            case Eaten + 1 of
                Rounds -> Main ! {report, Rounds};
                More -> hungry(Number, Rounds, More, Arbiter, Main)
            end
    end.

arbiter(Taken, Philosophers, Meals) ->
    receive
        {hungry, Number, From} ->
            Other = (Number + 1) rem Philosophers,
            case is_map_key(Number, Taken) orelse is_map_key(Other, Taken) of
                true ->
                    From ! denied,
                    arbiter(Taken, Philosophers, Meals);
                false ->
                    From ! eat,
                    arbiter(Taken#{Number => true, Other => true}, Philosophers, Meals)
            end;
        {done, Number} ->
            Left = maps:remove((Number + 1) rem Philosophers, maps:remove(Number, Taken)),
            arbiter(Left, Philosophers, Meals + 1);
        {table, From} ->
            From ! {report, {Meals, maps:size(Taken)}}
    end.
