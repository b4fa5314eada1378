%% Logistic map, as programs/logmap.ts.
-module(logmap).
-export([run/2]).

run(_Threads, [Terms, Series]) ->
    Main = self(),
    Computers = savina:spawn_all(Series, fun(Index) -> computer(rate(Index)) end),
    All = [spawn_link(fun() -> series(Computer, 0.5) end) || Computer <- Computers],
    spawn_link(fun() -> master(Terms, All), Main ! {report, sum([term(One) || One <- All])} end),
    [Sum] = savina:gather(1),
    savina:stop_all(Computers ++ All),
    fun() ->
        Expected = sum([last(Terms, rate(Index), 0.5) || Index <- lists:seq(0, Series - 1)]),
        true = Sum == Expected,
        ok
    end.

rate(Index) -> 3.46 + Index * 0.0025.

sum(Terms) -> lists:foldl(fun(Term, Sum) -> Sum + Term end, 0, Terms).

next(Rate, Term) -> Rate * Term * (1 - Term).

last(0, _, Term) -> Term;
last(Left, Rate, Term) -> last(Left - 1, Rate, next(Rate, Term)).

master(0, _) -> ok;
master(Left, All) ->
    [One ! next || One <- All],
    master(Left - 1, All).

term(One) ->
    One ! {term, self()},
    receive {term, One, Term} -> Term end.

series(Computer, Term) ->
    receive
        next ->
            Computer ! {compute, Term, self()},
            receive {computed, Next} -> series(Computer, Next) end;
        {term, From} ->
            From ! {term, self(), Term},
            series(Computer, Term)
    end.

computer(Rate) ->
    receive
        {compute, Term, From} ->
            From ! {computed, next(Rate, Term)},
            computer(Rate)
    end.
