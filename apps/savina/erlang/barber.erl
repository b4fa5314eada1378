%% Sleeping barber, as programs/barber.ts.
-module(barber).
-export([run/2]).

run(_Threads, [Haircuts, Seats, ProductionSteps, HaircutSteps]) ->
    Main = self(),
    Room = spawn_link(fun() -> receive {open, Barber, Factory} -> room(asleep, queue:new(), 0, 0, Seats, Barber, Factory) end end),
    Barber = spawn_link(fun() -> receive {open, Factory} -> barber(savina:random(1), HaircutSteps, 0, Room, Factory) end end),
    Factory = spawn_link(fun() -> factory(Haircuts, ProductionSteps, Room, Main) end),
    Room ! {open, Barber, Factory},
    Barber ! {open, Factory},
    Factory ! 'begin',
    [{Done, Sum}] = savina:gather(1),
    Room ! {most, Main},
    [Most] = savina:gather(1),
    Barber ! {haircuts, Main},
    [Cut] = savina:gather(1),
    fun() ->
        {Done, Sum, Cut} = {Haircuts, Haircuts * (Haircuts - 1) div 2, Haircuts},
        true = Most =< Seats,
        ok
    end.

room(State, Waiting, Count, Most, Seats, Barber, Factory) ->
    receive
        {enter, Customer} when State =:= asleep ->
            Barber ! {cut, Customer},
            room(awake, Waiting, Count, Most, Seats, Barber, Factory);
        {enter, Customer} when Count =:= Seats ->
            Factory ! {sent_away, Customer},
            room(State, Waiting, Count, Most, Seats, Barber, Factory);
        {enter, Customer} ->
            room(State, queue:in(Customer, Waiting), Count + 1, max(Most, Count + 1), Seats, Barber, Factory);
        next ->
            case queue:out(Waiting) of
                {{value, Customer}, Left} ->
                    Barber ! {cut, Customer},
                    room(awake, Left, Count - 1, Most, Seats, Barber, Factory);
                {empty, _} ->
                    Barber ! wait,
                    room(asleep, Waiting, 0, Most, Seats, Barber, Factory)
            end;
        {most, From} ->
            From ! {report, Most}
    end.

barber(Random, Spread, Haircuts, Room, Factory) ->
    receive
        {cut, Customer} ->
            {Steps, Next} = savina:below(Random, Spread),
            true = cigsmok:busy_wait(10 + Steps) >= 0,
            Factory ! {done, Customer},
            Room ! next,
            barber(Next, Spread, Haircuts + 1, Room, Factory);
        wait ->
            barber(Random, Spread, Haircuts, Room, Factory);
        {haircuts, From} ->
            From ! {report, Haircuts}
    end.

customer(Number, Room) ->
    receive
        enter ->
            Room ! {enter, Number},
            customer(Number, Room);
        leave ->
            ok
    end.

factory(Haircuts, Spread, Room, Main) ->
    receive 'begin' -> ok end,
    {Random, Customers} = open(0, Haircuts, savina:random(0), Spread, Room, #{}),
    served(Haircuts, 0, 0, Random, Spread, Customers, Main).

open(Haircuts, Haircuts, Random, _, _, Customers) -> {Random, Customers};
open(Number, Haircuts, Random, Spread, Room, Customers) ->
    Customer = spawn_link(fun() -> customer(Number, Room) end),
    open(Number + 1, Haircuts, send_in(Customer, Random, Spread), Spread, Room, Customers#{Number => Customer}).

send_in(Customer, Random, Spread) ->
    {Steps, Next} = savina:below(Random, Spread),
    true = cigsmok:busy_wait(10 + Steps) >= 0,
    Customer ! enter,
    Next.

served(Haircuts, Haircuts, Sum, _, _, _, Main) -> Main ! {report, {Haircuts, Sum}};
served(Haircuts, Done, Sum, Random, Spread, Customers, Main) ->
    receive
        {sent_away, Number} ->
            served(Haircuts, Done, Sum, send_in(maps:get(Number, Customers), Random, Spread), Spread, Customers, Main);
        {done, Number} ->
            maps:get(Number, Customers) ! leave,
            served(Haircuts, Done + 1, Sum + Number, Random, Spread, Customers, Main)
    end.
