"""The repository stage: git, the snapshot of the dirty tree, and applying and undoing by compare-and-swap."""
