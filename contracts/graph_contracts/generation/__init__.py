"""Requests that nobody wrote: Schemathesis' bodies for one update, Hypothesis' sequences of updates beside a model.

Both only make requests. What an answer amounts to is said by `blame`, in terms of requirements.
"""
