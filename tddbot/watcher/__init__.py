"""Files to change sets, and change sets to news: which saves matter, and which reds are new."""
