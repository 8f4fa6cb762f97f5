"""Answers that a language model writes from evidence, and what is done before a sentence of them is shown."""
