"""When things happen: the moments in the life of a row, its states, and what repeats them."""
