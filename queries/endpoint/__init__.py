"""A SPARQL 1.1 endpoint over a store that is safe to leave running.

``server.serve`` runs it, ``limits.Limits`` says what a request may cost, ``application.Application`` takes further
routes. Queries run in processes of their own (``pool``, ``process``, ``worker``), which give up network and files
(``sandbox``); a change of the store is noticed and published (``data``, ``builder``).
"""
