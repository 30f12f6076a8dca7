"""What arrives: published files turned into batches for the store."""
