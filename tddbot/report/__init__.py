"""The stage that tells: every display is a sink of events or a reader of the store, and none of them talks back."""
