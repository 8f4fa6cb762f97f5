"""Articles in, searchable evidence out: load, clean, fold, segment, embed, store, index."""
