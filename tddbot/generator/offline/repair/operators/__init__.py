"""What programmers get wrong, backwards: each file holds one idea, as functions from a place to changes."""
