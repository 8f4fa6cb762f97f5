"""Training the reader: examples, the model in torch, and the loop. Needs the extra sentence-transformers (torch)."""
