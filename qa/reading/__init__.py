"""Reading: a model that sees a question and a window of an article together, token by token."""
