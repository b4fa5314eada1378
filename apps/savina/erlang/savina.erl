%% The Erlang arm: runs one program several times, checks each result, and prints {"value": ms}, the median.
%%   erl -noshell -run savina main PROGRAM THREADS ITERATIONS PARAMETER...
%% A program is a module with run(Threads, Parameters), which returns its result when it is checked or fails. As in our arm, the
%% first run does not count unless it is the only one, and no run begins after eight seconds.
-module(savina).
-export([main/1, random/1, next/1, below/2, gather/1, spawn_all/2, stop_all/1]).

-define(BUDGET_MS, 8000).

main([Name, Threads, Iterations | Parameters]) ->
    Module = list_to_atom(Name),
    Numbers = [list_to_integer(Text) || Text <- Parameters],
    Begin = erlang:monotonic_time(microsecond),
    try times(Module, list_to_integer(Threads), Numbers, list_to_integer(Iterations), Begin, []) of
        Times ->
            io:format("{\"value\": ~.3f}~n", [median(Times) / 1000]),
            halt(0)
    catch
        Kind:Reason:Stack ->
            io:format(standard_error, "Error: ~s: ~p ~p ~p~n", [Name, Kind, Reason, Stack]),
            halt(1)
    end.

times(Module, Threads, Parameters, Left, Begin, Times) ->
    Now = erlang:monotonic_time(microsecond),
    case Left > 0 andalso (Times =:= [] orelse Now - Begin < ?BUDGET_MS * 1000) of
        false ->
            lists:reverse(Times);
        true ->
            %% Each run is a process of its own, so that none inherits the heap and the mailbox of the last.
            {Pid, Monitor} = spawn_monitor(fun() -> exit({took, run(Module, Threads, Parameters)}) end),
            receive
                {'DOWN', Monitor, process, Pid, {took, Time}} ->
                    times(Module, Threads, Parameters, Left - 1, Begin, [Time | Times]);
                {'DOWN', Monitor, process, Pid, Reason} ->
                    error(Reason)
            end
    end.

run(Module, Threads, Parameters) ->
    Start = erlang:monotonic_time(microsecond),
    Check = Module:run(Threads, Parameters),
    End = erlang:monotonic_time(microsecond),
    ok = Check(),
    End - Start.

median([Only]) -> Only;
median([_ | Times]) -> lists:nth(length(Times) div 2 + 1, lists:sort(Times)).

%% The random numbers of random.ts.
random(Index) -> next((Index * 7919 + 1) band 16#ffffff).

next(State) -> (State * 1140671485 + 12820163) band 16#ffffff.

%% {From 0 to Limit - 1, next state}.
below(State, Limit) ->
    Next = next(State),
    {(Next * Limit) bsr 24, Next}.

%% So many reports sent to this process, in the order in which they came.
gather(0) -> [];
gather(Left) ->
    receive
        {report, Value} -> [Value | gather(Left - 1)]
    end.

spawn_all(Count, Start) -> [spawn_link(fun() -> Start(Index) end) || Index <- lists:seq(0, Count - 1)].

stop_all(Pids) ->
    [begin unlink(Pid), exit(Pid, kill) end || Pid <- Pids],
    ok.
