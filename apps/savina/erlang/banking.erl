%% Bank transaction, as programs/banking.ts.
-module(banking).
-export([run/2]).

run(_Threads, [Accounts, Transfers]) ->
    Main = self(),
    All = savina:spawn_all(Accounts, fun(_) -> account(1000000) end),
    spawn_link(fun() ->
        ok = work(Transfers, savina:random(0), list_to_tuple(All)),
        settled(Transfers),
        Main ! {report, Transfers}
    end),
    [Transfers] = savina:gather(1),
    Balances = [balance(Account) || Account <- All],
    savina:stop_all(All),
    fun() ->
        Start = maps:from_list([{Index, 1000000} || Index <- lists:seq(0, Accounts - 1)]),
        Expected = replay(Transfers, savina:random(0), Accounts, Start),
        Balances = [maps:get(Index, Expected) || Index <- lists:seq(0, Accounts - 1)],
        ok
    end.

work(0, _, _) -> ok;
work(Left, Random, Accounts) ->
    {From, To, Amount, Next} = transfer(Random, tuple_size(Accounts)),
    element(From + 1, Accounts) ! {pay, Amount, element(To + 1, Accounts), self()},
    work(Left - 1, Next, Accounts).

settled(0) -> ok;
settled(Left) -> receive paid -> settled(Left - 1) end.

transfer(Random, Accounts) ->
    {From, Second} = savina:below(Random, Accounts div 10 * 8),
    {Offset, Third} = savina:below(Second, Accounts - From - 1),
    {Amount, Next} = savina:below(Third, 1000),
    {From, From + 1 + Offset, 1 + Amount, Next}.

account(Balance) ->
    receive
        {pay, Amount, To, Teller} ->
            To ! {'receive', Amount, self()},
            receive
                {received, To} ->
                    Teller ! paid,
                    account(Balance - Amount)
            end;
        {'receive', Amount, From} ->
            From ! {received, self()},
            account(Balance + Amount);
        {balance, From} ->
            From ! {balance, self(), Balance},
            account(Balance)
    end.

balance(Account) ->
    Account ! {balance, self()},
    receive {balance, Account, Balance} -> Balance end.

replay(0, _, _, Balances) -> Balances;
replay(Left, Random, Accounts, Balances) ->
    {From, To, Amount, Next} = transfer(Random, Accounts),
    Paid = maps:update_with(From, fun(Balance) -> Balance - Amount end, Balances),
    replay(Left - 1, Next, Accounts, maps:update_with(To, fun(Balance) -> Balance + Amount end, Paid)).
