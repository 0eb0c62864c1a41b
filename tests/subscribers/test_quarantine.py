"""Who has the room for new names: one rule for events and attributes."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.quarantine import choose_names


@given(st.lists(st.integers(0, 9), max_size=8), st.lists(st.integers(0, 9), max_size=8), st.integers(0, 4))
def test_no_name_gives_way_to_one_that_as_many_or_fewer_people_sent(
    waiting: list[int], rivals: list[int], room: int
) -> None:
    names = [(f"n{number}", people) for number, people in enumerate(sorted(waiting, reverse=True))]
    ordered = [(people, number) for number, people in enumerate(sorted(rivals))]

    chosen, losers = choose_names(names, ordered, room=room)

    sent, had = dict(names), {number: people for people, number in ordered}
    assert len(chosen) <= room + len(losers)
    assert len(chosen) - len(losers) == min(room, len(names))
    for winner, loser in zip(chosen[len(chosen) - len(losers) :], losers, strict=True):
        assert had[loser] < sent[winner]
    assert chosen == [name for name, _ in names[: len(chosen)]]
