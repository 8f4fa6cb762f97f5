"""The Gradio page: one module a tab, put together by app.py. No retrieval logic."""
