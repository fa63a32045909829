"""An empty coded table to start from: a workbook with explained columns, lists to choose from and an example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..ontology.errors import UnreadableSource
from ..ontology.model import CERTAINTIES, STATUSES
from ..ontology.vocabulary import vocabulary
from .table_columns import NAME_COLUMNS, SheetName, columns

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LANGUAGES = ("en", "fr")
_ROWS = 1_000  # rows for which lists to choose from are offered
_PALE = "DDEBF7"

# The agreement between WIPO and WTO was done on 22 December 1995 and entered into force on 1 January 1996 (its
# article 5); article 4 is on technical cooperation.
_EXAMPLE: Final[dict[SheetName, list[dict[str, str]]]] = {
    "source": [
        {"field": "id", "value": "my-table"},
        {"field": "title", "value": "My table"},
        {"field": "licence", "value": "CC BY 4.0"},
        {"field": "version", "value": "1"},
        {"field": "issued", "value": ""},
        {"field": "url", "value": ""},
    ],
    "entities": [
        {
            "id": "wipo",
            "class": "UNBody",
            "iri": "organization/world-intellectual-property-organization",  # that of the facts that ship: one thing
            "name_en": "World Intellectual Property Organization",
            "name_fr": "Organisation mondiale de la propriété intellectuelle",
            "acronym_en": "WIPO",
            "acronym_fr": "OMPI",
            "homepage": "https://www.wipo.int/",
        },
        {
            "id": "wto",
            "class": "IntergovernmentalOrganization",
            "iri": "organization/world-trade-organization",
            "name_en": "World Trade Organization",
            "name_fr": "Organisation mondiale du commerce",
            "acronym_en": "WTO",
            "acronym_fr": "OMC",
            "from": "1995-01-01",
            "homepage": "https://www.wto.org/",
        },
        {
            "id": "wipo-wto-1995",
            "class": "Agreement",
            "name_en": "Agreement between WIPO and the WTO",
            "name_fr": "Accord entre l'OMPI et l'OMC",
            "from": "1996-01-01",
            "mentions": "wipo-wto-1995-text#Preamble",
        },
        {
            "id": "wipo-wto-1995-text",
            "class": "Document",
            "name_en": "Agreement between the World Intellectual Property Organization "
            "and the World Trade Organization",
            "issued": "1995-12-22",
            "language": "en",
        },
    ],
    "links": [
        {
            "source": "wipo",
            "relation": "cooperatesWith",
            "target": "wto",
            "document": "wipo-wto-1995-text",
            "locator": "Article 4",
            "from": "1996-01-01",
            "role": "legal-technical assistance and technical cooperation",
            "under_agreement": "wipo-wto-1995",
        },
        {
            "source": "wto",
            "relation": "partyTo",
            "target": "wipo-wto-1995",
            "document": "wipo-wto-1995-text",
            "locator": "Preamble",
            "from": "1996-01-01",
        },
    ],
}

_READ_ME: Final = (
    ("How to use this workbook", "Mode d'emploi"),
    (
        "Write one row for each thing in the sheet entities and one row for each link in the sheet links, "
        "over the rows of the example.",
        "Écrivez une ligne par chose dans la feuille entities et une ligne par lien dans la feuille links, "
        "à la place des lignes de l'exemple.",
    ),
    (
        "The columns with a * are required; the others can be left empty, moved or deleted.",
        "Les colonnes marquées * sont obligatoires ; les autres peuvent rester vides, être déplacées ou supprimées.",
    ),
    (
        "Dates are 2012, 2012-04 or 2012-04-25; the cells of the sheets are formatted as text, so that they stay so.",
        "Les dates s'écrivent 2012, 2012-04 ou 2012-04-25 ; les cellules sont au format texte, "
        "pour qu'elles le restent.",
    ),
    (
        "A cell that points at a thing holds its id in the sheet entities, a full IRI, or a short one as country/UZ.",
        "Une cellule qui désigne une chose contient son identifiant dans la feuille entities, un IRI complet, "
        "ou un IRI court comme country/UZ.",
    ),
)


def write_template(path: Path) -> None:
    """Write a workbook that loads as it is and shows how to fill it.

    It has the sheets ``source``, ``entities``, ``links`` and ``read me``, and a hidden one with the lists to choose
    from.

    :raises UnreadableSource: If there is something at the path already, its name does not end in ``.xlsx``, or it
        cannot be written.
    """
    from openpyxl import Workbook

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UnreadableSource("a template is a workbook", path=path, advice="give a file name that ends in .xlsx")
    book = Workbook()
    lists = _add_lists(book)
    for name in ("source", "entities", "links"):
        _add_sheet(book, name, lists)
    _add_read_me(book)
    book.remove(book["Sheet"])
    book.move_sheet("lists", offset=len(book.sheetnames))
    try:
        with path.open("xb") as file:  # x: not over a table that somebody has filled in
            book.save(file)
    except FileExistsError:
        raise UnreadableSource(
            "is there already and is not written over", path=path, advice="give another name"
        ) from None
    except OSError as error:
        raise UnreadableSource(
            f"cannot be written ({error.strerror})", path=path, advice="check the folder and its permissions"
        ) from None


def _headers(name: SheetName) -> list[tuple[str, str, bool]]:
    """Return the headers of a sheet: the text, the column that explains it, whether it is required."""
    if name == "source":
        return [("field", "", True), ("value", "", True)]
    headers = []
    for column in columns(name):
        if column.name in NAME_COLUMNS and name == "entities":
            headers += [(f"{column.name}_{lang}", column.name, False) for lang in _LANGUAGES]
        elif column.name not in ("source_type", "target_type"):  # of no use beside a sheet of entities
            headers.append((column.name, column.name, column.required))
    return headers


def _add_sheet(book: Workbook, name: SheetName, lists: dict[str, str]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(name)
    texts = {column.name: f"{column.english}\n\n{column.french}" for column in columns(name)}
    for index, (header, explained, required) in enumerate(_headers(name), 1):
        cell = sheet.cell(1, index, f"{header} *" if required and name != "source" else header)
        cell.font = Font(bold=True)
        if required:
            cell.fill = PatternFill("solid", start_color=_PALE)
        if explained:
            cell.comment = Comment(texts[explained].replace("`", ""), "multilateral", height=180, width=320)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(12, min(40, len(header) + 6))
        if explained in ("name", "title") or header == "value":
            sheet.column_dimensions[letter].width = 44
        _format_as_text(sheet, index)
        if explained in ("class", "relation", "status", "certainty", "collective"):
            _offer(sheet, letter, lists[explained])
        for row, values in enumerate(_EXAMPLE[name], 2):
            if value := values.get(header):
                sheet.cell(row, index, value).number_format = "@"
    if name == "source":
        for row, column in enumerate(columns("source"), 2):
            sheet.cell(row, 1).comment = Comment(texts[column.name], "multilateral", height=120, width=320)
    sheet.freeze_panes = "B2" if name == "entities" else "A2"


def _format_as_text(sheet: Worksheet, index: int) -> None:
    """Format a column as text, so that a spreadsheet leaves dates and ids as they are typed; amounts stay numbers."""
    from openpyxl.utils import get_column_letter

    header = str(sheet.cell(1, index).value)
    if header not in ("amount", "amount_usd", "count", "share"):
        sheet.column_dimensions[get_column_letter(index)].number_format = "@"


def _offer(sheet: Worksheet, letter: str, source: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{_ROWS}")


def _add_lists(book: Workbook) -> dict[str, str]:
    """Write the lists to choose from on a hidden sheet, and return the reference to each.

    They are too long for a list within the cell's own rule, which may have 255 characters.
    """
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    words = vocabulary()
    lists: dict[str, tuple[str, ...]] = {
        "class": words.entity_classes(),
        "relation": tuple(sorted(words.relations)),
        "status": STATUSES,
        "certainty": CERTAINTIES,
        "collective": ("yes",),
    }
    sheet = book.create_sheet("lists")
    sheet.sheet_state = "hidden"
    names = {}
    for index, (name, values) in enumerate(lists.items(), 1):
        sheet.cell(1, index, name)
        for row, value in enumerate(values, 2):
            sheet.cell(row, index, value)
        letter, names[name] = get_column_letter(index), f"list_{name}"
        reference = f"lists!${letter}$2:${letter}${len(values) + 1}"
        book.defined_names[names[name]] = DefinedName(names[name], attr_text=reference)
    return names


def _add_read_me(book: Workbook) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet("read me")
    for english, french in _READ_ME:
        sheet.append(["", "", english, french])
    sheet.append([])
    sheet.append(["sheet", "column", "what stands in it", "ce qui s'y trouve"])
    headings = {1, sheet.max_row}
    for name in ("source", "entities", "links"):
        for column in columns(name):
            label = f"{column.name} *" if column.required else column.name
            sheet.append([name, label, column.english.replace("`", ""), column.french.replace("`", "")])
    for letter, width in (("A", 10), ("B", 18), ("C", 70), ("D", 70)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.row in headings:
                cell.font = Font(bold=True)
