"""Make ``data/iati/codes.csv`` from a folder of IATI codelists: ``python data/build_iati.py FOLDER``.

The folder holds the XML files of the repositories IATI-Codelists and IATI-Codelists-NonEmbedded (their folder
``xml``). The result keeps of each codelist the code and its names in English and French, which is what the loaders
need to name what a file only gives by its code.
"""

from __future__ import annotations

import csv
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

LISTS = (
    "ActivityStatus",
    "BudgetStatus",
    "BudgetType",
    "CRSChannelCode",
    "Country",
    "Currency",
    "DocumentCategory",
    "OrganisationIdentifier",
    "OrganisationRole",
    "OrganisationType",
    "Region",
    "RelatedActivityType",
    "Sector",
    "SectorCategory",
    "SectorVocabulary",
    "TransactionType",
    "UNSDG-Goals",
)
OUT = Path(__file__).with_name("iati") / "codes.csv"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rows(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield list, code, English name and French name, in the order of the codelists."""
    for name in LISTS:
        root = ElementTree.parse(folder / f"{name}.xml").getroot()  # noqa: S314  # the codelists are a named input
        default = root.get(_LANG, "en")
        for item in root.iter("codelist-item"):
            names: dict[str, str] = {}
            for narrative in item.findall("name/narrative"):
                names.setdefault(narrative.get(_LANG, default), " ".join((narrative.text or "").split()))
            code = (item.findtext("code") or "").strip()
            if code:
                yield name, code, names.get("en", ""), names.get("fr", "")


def main() -> None:
    """Write the file."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("Usage: python data/build_iati.py FOLDER_OF_CODELISTS")
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("list", "code", "name_en", "name_fr"))
        writer.writerows(rows(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
