"""Where a source came from, and so which one it is: files of one name in two folders are two sources.

The origin of a source is the name of its file with that of its folder, ``2020/activities.xml``: enough to tell two
files of one name apart, also when the folder that holds both has been moved or is somebody else's copy.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..ontology.model import Loaded, Source
from .cells import slug


def origin_of(loaded: Loaded, path: Path) -> str:
    """Return the origin of a source that was read from a path: its name with that of the folder in which it lies."""
    folder = Path(os.path.abspath(path)).parent.name  # noqa: PTH100  # a link stays the folder that it is called
    return f"{folder}/{loaded.source.origin}" if folder else loaded.source.origin


def id_of(loaded: Loaded, path: Path, origin: str, stored: Mapping[str, Source], taken: set[str]) -> str:
    """Return the id of a source: its own, or where the name of a file gave it, one that no other file's source has.

    A source of the store is the same one where it came from a file of this name in a folder of this name, or was the
    same to the byte, for a folder may have been moved. ``taken`` are the ids of what was read before in this load.
    """
    made, checksum = loaded.source.id, loaded.source.checksum
    folder, _, name = origin.rpartition("/")
    beside = slug(f"{made}-{folder}")
    # An id that two inputs give alike is a mistake of theirs, unless it is their name all the same.
    clash = made in taken and (not loaded.own_id or made.endswith(slug(path.name.partition(".")[0])))
    if loaded.own_id:
        if not clash:
            return made
    else:
        alike = {
            id_: source
            for id_, source in sorted(stored.items(), key=lambda item: len(item[0]))
            if (id_ == made or id_.startswith(f"{made}-")) and source.origin.rpartition("/")[2] == name
        }
        same = [id_ for id_, source in alike.items() if source.origin == origin]
        same += [id_ for id_, source in alike.items() if source.checksum == checksum]
        # An earlier version kept no folder.
        same += [id_ for id_ in (beside, made) if id_ in alike and alike[id_].origin == name]
        for id_ in same:
            if id_ not in taken:
                return id_
        if made not in alike and not clash:
            return made
    id_ = beside
    while id_ in taken or (id_ in stored and not loaded.own_id):
        id_ += "-2"
    return id_


def beside_another(source: Source, stored: Mapping[str, Source]) -> str | None:
    """Return what is told of a new source that is another only because its file lay in another folder."""
    if source.id in stored:
        return None
    name = _name(source.origin)
    for other in sorted(stored.values(), key=lambda other: len(other.id)):
        if source.id.startswith(f"{other.id}-") and _name(other.origin) == name != other.origin:
            return (
                f"{source.origin} is a source of its own, {source.id}, beside {other.id}, which came from "
                f"{other.origin}; if it is a newer edition of that, run `multilateral forget {other.id}`."
            )
    return None


def replaced_by_another(source: Source, stored: Mapping[str, Source]) -> str | None:
    """Return what is told of a source whose new edition came from a file of another name or folder."""
    before = stored.get(source.id)
    if before is None or before.checksum == source.checksum:
        return None
    folders = [origin.rpartition("/")[0] for origin in (source.origin, before.origin)]
    if _name(source.origin) == _name(before.origin) and (folders[0] == folders[1] or not all(folders)):
        return None  # of what an earlier version stored no folder is known
    return (
        f"{source.id} now holds what {source.origin} says, and no longer what {before.origin} said; if they are no "
        "editions of one source, give each an id of its own and load both again."
    )


def _name(origin: str) -> str:
    return origin.rpartition("/")[2]
