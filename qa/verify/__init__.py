"""Verification: does a text bear out a statement that cites it?"""
