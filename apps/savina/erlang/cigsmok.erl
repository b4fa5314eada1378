%% Cigarette smokers, as programs/cigsmok.ts.
-module(cigsmok).
-export([run/2, busy_wait/1]).

run(_Threads, [Rounds, Count]) ->
    Main = self(),
    Arbiter = spawn_link(fun() -> receive {'begin', All} -> arbiter(savina:random(0), All, 0, Rounds, Main) end end),
    Smokers = savina:spawn_all(Count, fun(_) -> smoker(Arbiter, 0, 0) end),
    Arbiter ! {'begin', list_to_tuple(Smokers)},
    [Rounds] = savina:gather(1),
    [Smoker ! {smoked, Main} || Smoker <- Smokers],
    Smoked = savina:gather(Count),
    savina:stop_all(Smokers),
    fun() ->
        Rounds = lists:sum([Times || {Times, _} <- Smoked]),
        Steps = steps(Rounds, savina:random(0), Count, 0),
        Steps = lists:sum([S || {_, S} <- Smoked]),
        ok
    end.

busy_wait(Steps) -> busy_wait(0, Steps, 0).

busy_wait(Steps, Steps, Left) -> Left;
busy_wait(Step, Steps, Left) -> busy_wait(Step + 1, Steps, (Left + Step) rem 7).

arbiter(_, _, Rounds, Rounds, Main) -> Main ! {report, Rounds};
arbiter(Random, Smokers, Done, Rounds, Main) ->
    {Index, Middle} = savina:below(Random, tuple_size(Smokers)),
    {Steps, Next} = savina:below(Middle, 1000),
    element(Index + 1, Smokers) ! {smoke, 50 + Steps},
    receive
        started -> arbiter(Next, Smokers, Done + 1, Rounds, Main)
    end.

smoker(Arbiter, Times, Smoked) ->
    receive
        {smoke, Steps} ->
            Arbiter ! started,
            true = busy_wait(Steps) >= 0,
            smoker(Arbiter, Times + 1, Smoked + Steps);
        {smoked, From} ->
            From ! {report, {Times, Smoked}}
    end.

steps(0, _, _, Sum) -> Sum;
steps(Left, Random, Count, Sum) ->
    {_, Middle} = savina:below(Random, Count),
    {Steps, Next} = savina:below(Middle, 1000),
    steps(Left - 1, Next, Count, Sum + 50 + Steps).
