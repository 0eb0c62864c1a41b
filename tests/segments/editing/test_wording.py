"""What changed between two sentences, word by word."""

from segments.editing import compare_sentences


def test_words_that_went_and_words_that_came_stand_between_those_that_stayed() -> None:
    pieces = compare_sentences("People in Berlin.", "People in Bonn or Paris.")

    assert pieces == [("same", "People in"), ("gone", "Berlin."), ("new", "Bonn or Paris.")]


def test_equal_sentences_are_one_piece() -> None:
    assert compare_sentences("Every subscriber.", "Every subscriber.") == [("same", "Every subscriber.")]


def test_both_sentences_can_be_read_off_the_pieces() -> None:
    before = "Subscribers whose country equals Germany and who are subscribed to push notifications."
    after = "Subscribers whose country equals France or Austria and who never subscribed."

    pieces = compare_sentences(before, after)

    assert " ".join(text for kind, text in pieces if kind != "new") == before
    assert " ".join(text for kind, text in pieces if kind != "gone") == after
