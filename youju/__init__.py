"""Youju (有据): cited question answering over Chinese articles."""
