"""What a model is told: the brief and the conversation in words, within its context. Pure."""
