"""Staff users, their roles and scope, sign-in, and what is told to them (notifications).

A user's scope is a division; an officer also belongs to a department. Nothing about cases enters here:
a notification is a kind and its parameters, whoever sends it.
"""
