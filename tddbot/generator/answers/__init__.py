"""What a model answers, to a patch or to what it is instead. Pure."""
