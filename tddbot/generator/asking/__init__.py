"""One question to a model: what it may cost, how often it is asked, what it did cost. No network is known here."""
