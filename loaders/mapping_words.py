"""What the words of headers mean, in English and French: the sort of thing, a name, an amount, a date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from ..ontology.currencies import is_currency
from .mapping_files import PARENT
from .mapping_values import not_known
from .table_columns import plain

#: Words of headers in English and French, and the class of what stands below them; the first that fits counts.
CLASSES: Final = (
    ("Project", "project projet activity activite projects projets operation iati iita action grant"),
    ("Programme", "programme program initiative"),
    ("Fund", "fund fonds funds"),
    ("Event", "event meeting conference reunion session evenement workshop atelier sommet summit seminaire"),
    ("Agreement", "agreement treaty accord traite convention protocol protocole memorandum"),
    ("Topic", "topic sector secteur purpose domaine theme thematique thematic sujet subject sdg odd goal objective tag "
     "focus domain cluster pillar pilier axe subsector"),
    ("Place", "city ville place lieu location region headquarters siege address capital global world "
     "monde area zone continent commune district province departement municipality county prefecture"),
    ("Person", "person personne head chair president director directeur officer chef"),
    ("Document", "document report rapport resolution decision publication"),
    ("UNBody", "un_entity onu"),
    ("NGO", "ngo ong"),
    ("Organization", "organization organisation organisme org donor donateur bailleur funder contributor agency agence "
     "institution body organe entity entite partner partenaire recipient beneficiaire implementer provider publisher "
     "receiver prestataire destinataire ministry ministere company entreprise member membre igo ioname orgname "
     "founder family sender supplier client contributeur borrower emprunteur"),
)  # fmt: skip
GIVES: Final = frozenset(
    "donor donors donateur donateurs donneur donneurs bailleur bailleurs funder funders contributor contributors "
    "contributeur contributeurs sender provider prestataire sponsor sponsors financier financiers financial financeur "
    "financeurs grantor ptf funding funded financing financed financement".split()
)
PARTNERS: Final = frozenset("partner partners partenaire partenaires".split())
DOES: Final = PARTNERS | frozenset(
    "implementer implementers implementing implemented implementation agency agence executing executed execution "
    "executant operator operators operateur operateurs contractor delivery channel oeuvre ouvrage".split()
)
RECEIVES: Final = frozenset(
    "recipient recipients beneficiary beneficiaries beneficiaire beneficiaires receiver destinataire grantee".split()
)
#: Whom something is for, where no other word says that these are bodies.
GROUPS: Final = frozenset("beneficiaries beneficiaire beneficiaires target group groups cible cibles".split())
PARENTS: Final = frozenset("parent family famille principal organ groupe group grouping".split())
NAME: Final = frozenset("name nom title titre label libelle denomination intitule designation long full".split())
ACRONYM: Final = frozenset("acronym acronyme sigle abbreviation abreviation abbrev abb short court".split())
ID: Final = frozenset("id code identifier identifiant ref reference number numero no key cle uid".split())
MONEY: Final = frozenset(
    "amount montant value valeur total budget contribution contributions expense expenses depense depenses "
    "disbursement disbursements decaissement commitment engagement funding financement cost cout revenue usd eur "
    "dollars euros".split()
)
SHARES: Final = frozenset("percent percentage pourcentage share pct".split())
MOST_THINGS: Final = 8
COUNTS: Final = frozenset("count number nombre nb effectif".split())
STATES: Final = frozenset(
    "country countries pays state states etat etats nation member donor recipient partner origin beneficiary "
    "bailleur".split()
)
#: Other words of headers below which countries may stand.
AREAS: Final = frozenset("location locations lieu lieux zone zones coverage couverture where region regions".split())
#: What a number that stands for a project may be the number of.
PAPERS: Final = frozenset("award grant contract contrat convention agreement dossier output action operation".split())
#: What is funded and carried out.
UNDERTAKINGS: Final = ("Project", "Programme")
EDGE_ENDS: Final = frozenset("source target cible subject object sujet objet".split())
OTHER: Final = frozenset("alt other autre autres alias aliases former ancien synonym variant".split())
LANGUAGES: Final = frozenset(
    "en fr es de pt ru ar zh cn it nl uk pl sv da fi nb no el tr fa he hi ja ko vi th id ms sw ro bg hr sr sk sl cs hu "
    "et lv lt ga cy mt is sq mk hy ka kk uz ky tg tk mn bn ur ta ne si my km lo am so ha yo zu af ca eu gl lb".split()
)
NO_THINGS: Final = frozenset(
    "currency devise monnaie language languages langue url link lien website page filename file headshot template tld "
    "email phone telephone fax path checksum version locator quote symbol iri mentions identifiers".split()
)
NO_NAMES: Final = frozenset(
    "no data|aucune donnee|not specified|unspecified|non precise|not applicable|sans objet|not available|no value|"
    "non disponible|total|totaux|grand total".split("|")
)
STARTS: Final = frozenset(
    "start starts starting started begin begins beginning from since debut depuis accession adhesion entry joined "
    "signed signature launch lancement demarrage commencement".split()
)
ENDS: Final = frozenset(
    "end ends ending ended to until fin jusqu exit withdrawal retrait closing closure cloture completion achevement "
    "finish termination expiry".split()
)
#: What was only meant to be: of two such columns the other counts.
MEANT: Final = frozenset("planned prevu prevue prevus planifie planifiee expected original initial estimated".split())
#: Of several sums of one thing, those that are not the whole.
PARTIAL: Final = frozenset(
    "disbursed disbursement disbursements decaisse decaissement decaissements spent expenditure expenditures expense "
    "expenses depense depenses remaining reste balance solde cofinancing counterpart contrepartie".split()
)
STATUS: Final = frozenset("status statut etat state stage avancement situation".split())
#: Words of headers below which no thing is named, whatever else they say.
NO_NAME_OF: Final = STATUS - {"state", "etat"} | frozenset(
    "period periode duration duree modality modalite rate taux level niveau phase manager coordinator coordinateur "
    "coordonnateur contact responsable officer budget cost cout amount montant".split()
)
FOUNDED: Final = frozenset("established founded creation foundation cree creee fondation etabli inception".split())
DATES: Final = frozenset("date year annee an yr annees years day jour".split())
ROLES: Final = frozenset("role type category categorie capacity qualite kind nature instrument".split())
TEXTS: Final = frozenset(
    "description note notes remarks remarques comment comments commentaire commentaires objectif objectifs mandate "
    "summary resume abstract".split()
)
LITTLE: Final = frozenset("of the de du des la le les l d and et or or in en un of s".split())
MEMBERS: Final = {
    "member": "memberOf", "full_member": "memberOf", "membre": "memberOf", "full": "memberOf", "associate": "memberOf",
    "associate_member": "memberOf", "membre_associe": "memberOf", "associe": "memberOf", "observer": "observerOf",
    "observateur": "observerOf", "party": "partyTo", "partie": "partyTo", "ratified": "partyTo", "ratifie": "partyTo",
}  # fmt: skip
NO_MEMBERS: Final = frozenset("non_member nonmember non_membre none no non former ancien no_membership".split())
SPENT: Final = re.compile("expen[sd]|depens|spen[dt]|disburs|decaiss", re.I)
STATUSES: Final = {
    "completed": "completed complete closed finished acheve achevee termine terminee clos close cloture cloturee done "
    "executed finalise finalisee finalised finalized ended post_completion fini finie",
    "ongoing": "ongoing active current implementation en_cours actif active in_progress running implementing started "
    "under_way underway on_track en_execution execution being_implemented en_oeuvre mise_en_oeuvre finalisation "
    "on_going demarre",
    "planned": "planned pipeline prevu prevue planifie planifiee future signed approved approuve approuvee preparation "
    "identification a_venir upcoming formulation instruction not_started not_yet_started non_demarre pas_demarre "
    "pas_encore_demarre forthcoming",
    "proposed": "proposed propose proposee proposition draft projet_de under_review idea",
}
STATUS_OF: Final = {word: status for status, words in STATUSES.items() for word in words.split()}
IDENTIFIERS: Final = (("Wikidata", r"Q[1-9][0-9]*"), ("ROR", r"(https://ror\.org/)?0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}"),
                       ("LEI", r"[A-Z0-9]{18}[0-9]{2}"))  # fmt: skip
CURRENCY_WORDS: Final = {
    "canadian": "CAD", "canadien": "CAD", "canadiens": "CAD", "australian": "AUD", "usd": "USD", "us": "USD",
    "dollars": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR", "chf": "CHF", "gbp": "GBP", "xof": "XOF",
    "xaf": "XAF", "cad": "CAD", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "jpy": "JPY", "aud": "AUD",
}  # fmt: skip
#: A number below a header with one of these is so many times as large as it is written.
TIMES: Final = re.compile(
    r"(?i)\b(millions?|mln|mio|mns?|milliards?|billions?|bn|thousands?|milliers?|k|m)\b|\b(k|m)(usd|eur|€|\$)|'000|\b000s?\b"
)
#: The countries whose franc is the one and the other that are both called FCFA.
_FCFA: Final = {
    "XOF": frozenset("BJ BF CI GW ML NE SN TG".split()), "XAF": frozenset("CM CF TD CG GQ GA".split()),
}  # fmt: skip


#: What goes between things of two kinds as a rule.
BETWEEN: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("country", "organization"): ("memberOf",), ("country", "agreement"): ("partyTo",),
    ("country", "event"): ("participatesIn",), ("country", "place"): ("locatedIn",),
    ("country", "country"): ("cooperatesWith",),
    ("country", "programme"): ("beneficiaryOf",), ("country", "fund"): ("contributesTo",),
    ("organization", "organization"): ("cooperatesWith",), ("organization", "country"): ("locatedIn",),
    ("organization", "place"): ("locatedIn",), ("organization", "programme"): ("implements",),
    ("organization", "event"): ("participatesIn",), ("organization", "fund"): ("administers",),
    ("organization", "topic"): ("concerns",), ("organization", "document"): ("produces",),
    ("organization", "agreement"): ("partyTo",), ("person", "organization"): ("heads",),
    ("event", "country"): ("heldIn",),
    ("event", "place"): ("heldIn",), ("programme", "country"): ("covers",), ("programme", "place"): ("covers",),
    ("programme", "topic"): ("concerns",), ("programme", "programme"): ("partOf",), ("fund", "country"): ("covers",),
    ("fund", "organization"): ("funds",), ("fund", "programme"): ("funds",), ("document", "topic"): ("concerns",),
    ("document", "event"): ("reviewedAt",), ("agreement", "topic"): ("concerns",),
    ("agreement", "country"): ("covers",),
    ("place", "country"): ("locatedIn",), ("place", "place"): ("locatedIn",), ("event", "topic"): ("concerns",),
    ("document", "organization"): ("concerns",), ("event", "organization"): ("concerns",),
    ("person", "country"): ("locatedIn",),
}  # fmt: skip


def words(header: str) -> list[str]:
    """Return the words of a header, in small letters without accents.

    >>> words("_parent.Donor Name (en)"), words("Name_fr")
    (['donor', 'name'], ['name', 'fr'])
    """
    bare = re.sub(r"([a-z])([A-Z])", r"\1 \2", header.replace(PARENT, " ").replace("_key", " ").replace("_value", " "))
    bare = re.sub(r"(?i)\bn[°º]", " no ", bare.replace("œ", "oe").replace("Œ", "OE"))
    bare = re.sub(r"(?i)\bchefs? de file\b", "lead", bare)
    found = [word for word in re.split(r"[^a-z0-9]+", plain(bare)) if word and word not in LITTLE]
    for word in list(found):  # styear, endyear
        if (match := re.fullmatch("(st|start|begin|end|to|from)(year|date|annee)", word)) is not None:
            found += ["end" if match[1] in ("end", "to") else "start", match[2]]
    return found


def is_no_name(text: str) -> bool:
    """Say whether a text in a column of names names nothing: ``No data``, ``Total``, ``***``.

    >>> is_no_name("Aucune donnée"), is_no_name("n/a"), is_no_name("Total Energies"), is_no_name("NA")
    (True, True, False, False)
    """
    if re.fullmatch("[A-Z]{2}", text):  # it may be North America, or Namibia
        return False
    return not any(char.isalnum() for char in text) or not_known(text) or plain(text).replace("_", " ") in NO_NAMES


def told(found: Iterable[str], wanted: frozenset[str]) -> bool:
    """Say whether one of some words is among those wanted, in the singular or the plural."""
    return any(word in wanted or word.removesuffix("s") in wanted for word in found)


def class_of(found: list[str]) -> str | None:
    """Return the class of what stands below a header with these words, in the singular or the plural.

    Who gives or does is a body, whatever it gives to: the funder of a project, the *bailleur de fonds*.
    """
    known = {*found, *(word.removesuffix("s") for word in found), *(word.removesuffix("ies") + "y" for word in found)}
    if set(found) & NAME and set(found) - NAME == {"intervention"}:
        return "Project"
    if told(found, GIVES | DOES) and not known & {"country", "pays", "date"}:
        return "Organization"
    return next((type_ for type_, headers in CLASSES if known & set(headers.split())), None)


def status_of(text: str) -> str:
    """Return the status that a word of a table means, ``""`` where it means none or is not known.

    >>> status_of("2 - Implementation"), status_of("En cours d'exécution"), status_of("Cancelled")
    ('ongoing', 'ongoing', '')
    """
    bare = [word for word in re.split(r"[^a-z]+", plain(text.replace("œ", "oe"))) if word]
    whole = "_".join(bare)
    if whole in STATUS_OF:
        return STATUS_OF[whole]
    if {"cancelled", "canceled", "annule", "annulee", "suspended", "suspendu", "suspendue", "hold"} & set(bare):
        return ""
    phrases = ["_".join(bare[at : at + size]) for size in (4, 3, 2) for at in range(len(bare) - size + 1)]
    first = next((STATUS_OF[phrase] for phrase in phrases if phrase in STATUS_OF), "")
    if first or {"not", "non", "pas"} & set(bare):
        return first
    return next((STATUS_OF[word] for word in bare if word in STATUS_OF), "")


def currency_of(header: str, countries: Collection[str] = ()) -> str:
    """Return the currency that a header names, ``""`` where it names none for sure.

    FCFA is what the francs of West and of Central Africa are both called: the ``countries`` of the table tell which.

    >>> currency_of("Montant (€)"), currency_of("Coût en FCFA", {"ML", "NE"}), currency_of("Budget SEK")
    ('EUR', 'XOF', 'SEK')
    """
    found = words(header)
    if "fcfa" in found or "cfa" in found:
        return next((code for code, where in _FCFA.items() if countries and where >= set(countries)), "")
    known = next((code for word, code in CURRENCY_WORDS.items() if word in found), "")
    if known:
        return known
    signs = {"€": "EUR", "£": "GBP", "US$": "USD", "$US": "USD"}
    by_sign = next((code for sign, code in signs.items() if sign in header), "")
    codes = [code for code in re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", header) if is_currency(code)]
    return by_sign or (codes[0] if len(codes) == 1 and not header.isupper() else "")


def stem_of(found: list[str]) -> frozenset[str]:
    """Return the words of a header that say which thing it is about, not what of it."""
    return frozenset(w for w in found if not w.isdigit()) - NAME - ID - ACRONYM - OTHER - LANGUAGES - {"website", "url"}


def language(header: str) -> str:
    """Return the language that a header ends in, as ``name_fr``."""
    match = re.search(r"[_ .(-]([a-z]{2})\)?$", header.casefold())
    named = set(words(header)) & (NAME | ACRONYM | OTHER | {"official", "short", "formal"})
    if match and match[1] == "cn":
        return "zh"  # the country that data sets write for the language
    return match[1] if match and match[1] in (LANGUAGES if named else ("en", "fr", "es")) else ""
