"""The pages for people that ``multilateral serve`` shows in a browser: questions, search, things, a SPARQL editor.

Rendered on the server and usable without scripts; scripts only add suggestions and the editor. :mod:`.site` holds
what every page shares. Needs the extra ``serve``.
"""
