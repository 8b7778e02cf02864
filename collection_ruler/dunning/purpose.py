"""What a follow-up is for."""

# purposes of messages that ask for money
ASKS_FOR_MONEY = ("dunning", "returned")
