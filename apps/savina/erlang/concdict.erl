%% Concurrent dictionary, as programs/concdict.ts.
-module(concdict).
-export([run/2]).

run(_Threads, [Workers, Requests, WritePercent, Limit]) ->
    Main = self(),
    Dictionary = spawn_link(fun() -> dictionary(#{}) end),
    savina:spawn_all(Workers, fun(Number) ->
        work(Requests, savina:random(Number), Dictionary, WritePercent, Limit, {0, 0}, Main)
    end),
    Reports = savina:gather(Workers),
    Dictionary ! {keys, Main},
    [Keys] = savina:gather(1),
    fun() ->
        {Writes, Expected} = expected(Workers, Requests, WritePercent, Limit),
        Writes = lists:sum([W || {W, _} <- Reports]),
        0 = lists:sum([Wrong || {_, Wrong} <- Reports]),
        Keys = maps:size(Expected),
        ok
    end.

dictionary(Values) ->
    receive
        {write, Key, Value, From} ->
            From ! {answer, Value},
            dictionary(Values#{Key => Value});
        {read, Key, From} ->
            From ! {answer, maps:get(Key, Values, 0)},
            dictionary(Values);
        {keys, From} ->
            From ! {report, maps:size(Values)}
    end.

work(0, _, _, _, _, Report, Main) -> Main ! {report, Report};
work(Left, Random, Dictionary, WritePercent, Limit, {Writes, Wrong}, Main) ->
    {Write, Key, Next} = request(Random, WritePercent, Limit),
    Value = Key * 2 + 1,
    case Write of
        true -> Dictionary ! {write, Key, Value, self()};
        false -> Dictionary ! {read, Key, self()}
    end,
    receive
        {answer, Answer} ->
            Bad = Answer =/= Value andalso (Write orelse Answer =/= 0),
            Report = {Writes + number(Write), Wrong + number(Bad)},
            work(Left - 1, Next, Dictionary, WritePercent, Limit, Report, Main)
    end.

number(true) -> 1;
number(false) -> 0.

request(Random, WritePercent, Limit) ->
    {Percent, Middle} = savina:below(Random, 100),
    {Key, Next} = savina:below(Middle, Limit),
    {Percent < WritePercent, Key, Next}.

expected(Workers, Requests, WritePercent, Limit) ->
    lists:foldl(
        fun(Worker, State) -> replay(Requests, savina:random(Worker), WritePercent, Limit, State) end,
        {0, #{}},
        lists:seq(0, Workers - 1)
    ).

replay(0, _, _, _, State) -> State;
replay(Left, Random, WritePercent, Limit, {Writes, Keys}) ->
    case request(Random, WritePercent, Limit) of
        {true, Key, Next} -> replay(Left - 1, Next, WritePercent, Limit, {Writes + 1, Keys#{Key => true}});
        {false, _, Next} -> replay(Left - 1, Next, WritePercent, Limit, {Writes, Keys})
    end.
