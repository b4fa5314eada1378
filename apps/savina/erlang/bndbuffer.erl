%% Bounded buffer, as programs/bndbuffer.ts.
-module(bndbuffer).
-export([run/2]).

run(_Threads, [Buffer, Producers, Consumers, Items, ProduceCost, ConsumeCost]) ->
    Main = self(),
    Room = Buffer - Producers,
    Manager = spawn_link(fun() -> receive {'begin', Ps, Cs} -> start(Room, Ps, Cs, Main) end end),
    Sources = savina:spawn_all(Producers, fun(N) -> producer(savina:random(N), N * Items, Items, ProduceCost, Manager) end),
    Sinks = savina:spawn_all(Consumers, fun(N) -> consumer(savina:random(N), ConsumeCost, Manager, 0, 0, Main) end),
    Manager ! {'begin', Sources, Sinks},
    Reports = savina:gather(Consumers + 1),
    savina:stop_all(Sources ++ Sinks),
    fun() ->
        All = Producers * Items,
        All = lists:sum([Consumed || {Consumed, _} <- Reports]),
        Sum = All * (All - 1) div 2,
        Sum = lists:sum([S || {_, S} <- Reports]),
        [Most] = [Count || Count <- Reports, is_integer(Count)],
        true = Most =< Buffer,
        ok
    end.

work(Random, 0) -> {ok, Random};
work(Random, Steps) ->
    Next = savina:next(Random),
    true = math:log(Next + 1) >= 0,
    work(Next, Steps - 1).

producer(_, _, 0, _, Manager) ->
    receive produce -> Manager ! finished end;
producer(Random, Item, Left, Cost, Manager) ->
    receive
        produce ->
            {ok, Next} = work(Random, Cost * 100),
            Manager ! {item, self(), Item},
            producer(Next, Item + 1, Left - 1, Cost, Manager)
    end.

consumer(Random, Cost, Manager, Consumed, Sum, Main) ->
    receive
        {consume, Item} ->
            {ok, Next} = work(Random, Cost * 100),
            Manager ! {ready, self()},
            consumer(Next, Cost, Manager, Consumed + 1, Sum + Item, Main);
        close ->
            Main ! {report, {Consumed, Sum}}
    end.

start(Room, Producers, Consumers, Main) ->
    [Producer ! produce || Producer <- Producers],
    Sizes = {Room, length(Producers), length(Consumers)},
    manager(Sizes, queue:new(), 0, queue:new(), queue:from_list(Consumers), length(Consumers), 0, 0, Consumers, Main).

manager({_, Finished, Waiting}, _, _, _, _, Waiting, Finished, Most, Consumers, Main) ->
    [Consumer ! close || Consumer <- Consumers],
    Main ! {report, Most};
manager({Room, _, _} = Sizes, Items, Count, Producers, Ready, ReadyCount, Finished, Most, All, Main) ->
    receive
        {ready, Consumer} ->
            {Items2, Count2, Ready2, ReadyCount2} =
                case queue:out(Items) of
                    {{value, Item}, Rest} ->
                        Consumer ! {consume, Item},
                        {Rest, Count - 1, Ready, ReadyCount};
                    {empty, _} ->
                        {Items, Count, queue:in(Consumer, Ready), ReadyCount + 1}
                end,
            Producers2 =
                case Count2 < Room andalso queue:out(Producers) of
                    {{value, Producer}, Left} ->
                        Producer ! produce,
                        Left;
                    _ ->
                        Producers
                end,
            manager(Sizes, Items2, Count2, Producers2, Ready2, ReadyCount2, Finished, Most, All, Main);
        {item, Producer, Item} ->
            {Items2, Count2, Ready2, ReadyCount2} =
                case queue:out(Ready) of
                    {{value, Consumer}, Rest} ->
                        Consumer ! {consume, Item},
                        {Items, Count, Rest, ReadyCount - 1};
                    {empty, _} ->
                        {queue:in(Item, Items), Count + 1, Ready, ReadyCount}
                end,
            Producers2 =
                case Count2 < Room of
                    true ->
                        Producer ! produce,
                        Producers;
                    false ->
                        queue:in(Producer, Producers)
                end,
            manager(Sizes, Items2, Count2, Producers2, Ready2, ReadyCount2, Finished, max(Most, Count2), All, Main);
        finished ->
            manager(Sizes, Items, Count, Producers, Ready, ReadyCount, Finished + 1, Most, All, Main)
    end.
