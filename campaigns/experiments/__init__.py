"""Which version wins: decided once the test is over, or by hand (winners.py tells the story)."""

from campaigns.experiments.winners import WinnerError, choose_due_winners, choose_winner, read_standings

__all__ = ["WinnerError", "choose_due_winners", "choose_winner", "read_standings"]
