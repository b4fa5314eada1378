%% Sorted linked list, as programs/concsll.ts.
-module(concsll).
-export([run/2]).

run(_Threads, [Workers, Requests, WritePercent, SizePercent, Limit]) ->
    Main = self(),
    Shape = {WritePercent, SizePercent, Limit},
    List = spawn_link(fun() -> list([], 0) end),
    savina:spawn_all(Workers, fun(Number) -> work(Requests, savina:random(Number), List, Shape), Main ! {report, Requests} end),
    Done = lists:sum(savina:gather(Workers)),
    List ! {audit, Main},
    [{Values, Size}] = savina:gather(1),
    fun() ->
        Done = Workers * Requests,
        Added = lists:append([added(Requests, savina:random(Worker), Shape) || Worker <- lists:seq(0, Workers - 1)]),
        Values = lists:sort(Added),
        Size = length(Added),
        ok
    end.

list(Values, Size) ->
    receive
        {add, Value, From} ->
            From ! answer,
            list(add(Value, Values), Size + 1);
        {contains, Value, From} ->
            From ! {answer, contains(Value, Values)},
            list(Values, Size);
        {size, From} ->
            From ! {answer, Size},
            list(Values, Size);
        {audit, From} ->
            From ! {report, {Values, Size}}
    end.

add(Value, [First | Rest]) when First < Value -> [First | add(Value, Rest)];
add(Value, Values) -> [Value | Values].

contains(Value, [First | Rest]) when First < Value -> contains(Value, Rest);
contains(Value, [Value | _]) -> true;
contains(_, _) -> false.

work(0, _, _, _) -> ok;
work(Left, Random, List, Shape) ->
    {Kind, Value, Next} = request(Random, Shape),
    case Kind of
        add ->
            List ! {add, Value, self()},
            receive answer -> ok end;
        size ->
            List ! {size, self()},
            receive {answer, Size} when is_integer(Size) -> ok end;
        contains ->
            List ! {contains, Value, self()},
            receive {answer, Found} when is_boolean(Found) -> ok end
    end,
    work(Left - 1, Next, List, Shape).

request(Random, {WritePercent, SizePercent, Limit}) ->
    {Percent, Middle} = savina:below(Random, 100),
    {Value, Next} = savina:below(Middle, Limit),
    if
        Percent < WritePercent -> {add, Value, Next};
        Percent < WritePercent + SizePercent -> {size, Value, Next};
        true -> {contains, Value, Next}
    end.

added(0, _, _) -> [];
added(Left, Random, Shape) ->
    case request(Random, Shape) of
        {add, Value, Next} -> [Value | added(Left - 1, Next, Shape)];
        {_, _, Next} -> added(Left - 1, Next, Shape)
    end.
