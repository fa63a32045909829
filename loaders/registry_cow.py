"""The states of the Correlates of War project: their numbers and names, and the country that each is today.

Made from the project's list of states (system membership, version 2016) and the column names of its data on
intergovernmental organizations (version 3). A state that the ISO standard has a code for is that country; one that is
no more, or was one of several (Hanover, Czechoslovakia, the two Yemens, the Republic of Viet Nam), is
``id/country/cow-<number>``. The project counts as one state what goes on under another name, and so does this table:
the Soviet Union is number 365 like Russia. The Federal Republic of Germany before 1990 has a number of its own (260),
but today's ISO code. Number 345 is Yugoslavia to 2005, and Serbia from 2006, when the ISO code RS begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..ontology.model import ID
from .registry_countries import by_name


@dataclass(frozen=True, slots=True)
class CowState:
    """A state: its number, three letters and name, its column in the data, and its ISO code (``""`` if none)."""

    number: str
    letters: str
    key: str
    alpha2: str
    name: str

    @property
    def iri(self) -> str:
        """The IRI of the country that the state is, or of the state that is no more."""
        return f"{ID}country/{self.alpha2 or f'cow-{self.number or self.key}'}"


_SERBIA: Final = CowState("345", "YUG", "yugoslaviaserb", "RS", "Serbia")


def state(text: str, year: int | None = None) -> CowState | None:
    """Return the state of a number, three letters, column name or English name; ``None`` if there is none.

    >>> state("2").alpha2, state("egermany").iri.rsplit("/", 1)[-1], state("345", 2010).alpha2
    ('US', 'cow-265', 'RS')
    """
    plain = re.sub(r"[\W_]+", "", text.casefold())
    found = _states().get(plain)
    if found is None:
        country = None if plain.isdecimal() else by_name(text)
        return CowState("", country.alpha3, plain, country.alpha2, country.name) if country else None
    return _SERBIA if found.number == "345" and year is not None and year >= 2006 else found


@cache
def _states() -> dict[str, CowState]:
    found: dict[str, CowState] = {}
    for entry in " ".join(_TABLE.split()).removesuffix(";").split("; "):
        number, letters, key, alpha2, name = entry.split(" ", 4)
        row = CowState(number, letters, key if key != "-" else "", alpha2 if alpha2 != "-" else "", name)
        for text in (name, letters, key, number):
            if text != "-":
                found[re.sub(r"[\W_]+", "", text.casefold())] = row
    return found


#: Number, letters, column name, ISO 3166-1 alpha-2 (``-`` for none), name; ended by a semicolon.
_TABLE: Final = """
2 USA usa US United States of America; 20 CAN canada CA Canada; 31 BHM bahamas BS Bahamas; 40 CUB cuba CU Cuba; 41
HAI haiti HT Haiti; 42 DOM domrepublic DO Dominican Republic; 51 JAM jamaica JM Jamaica; 52 TRI trinidad TT Trinidad
and Tobago; 53 BAR barbados BB Barbados; 54 DMA dominica DM Dominica; 55 GRN grenada GD Grenada; 56 SLU stlucia LC
St. Lucia; 57 SVG stvincent VC St. Vincent and the Grenadines; 58 AAB antiguabarbuda AG Antigua & Barbuda; 60 SKN
stkitts KN St. Kitts and Nevis; 70 MEX mexico MX Mexico; 80 BLZ belize BZ Belize; 90 GUA guatemala GT Guatemala; 91
HON honduras HN Honduras; 92 SAL elsalvador SV El Salvador; 93 NIC nicaragua NI Nicaragua; 94 COS costarica CR Costa
Rica; 95 PAN panama PA Panama; 100 COL colombia CO Colombia; 101 VEN venezuela VE Venezuela; 110 GUY guyana GY
Guyana; 115 SUR suriname SR Suriname; 130 ECU ecuador EC Ecuador; 135 PER peru PE Peru; 140 BRA brazil BR Brazil; 145
BOL bolivia BO Bolivia; 150 PAR paraguay PY Paraguay; 155 CHL chile CL Chile; 160 ARG argentina AR Argentina; 165 URU
uruguay UY Uruguay; 200 UKG uk GB United Kingdom; 205 IRE ireland IE Ireland; 210 NTH netherlands NL Netherlands; 211
BEL belgium BE Belgium; 212 LUX luxembourg LU Luxembourg; 220 FRN france FR France; 221 MNC monaco MC Monaco; 223 LIE
liechtenstein LI Liechtenstein; 225 SWZ switzerland CH Switzerland; 230 SPN spain ES Spain; 232 AND andorra AD
Andorra; 235 POR portugal PT Portugal; 240 HAN hanover - Hanover; 245 BAV bavariaelect - Bavaria; 255 GMY germany DE
Germany; 260 GFR wgermany DE German Federal Republic; 265 GDR egermany - German Democratic Republic; 267 BAD baden -
Baden; 269 SAX saxony - Saxony; 271 WRT wurtenburg - Wuerttemburg; 273 HSE hesseelect - Hesse Electoral; 275 HSG
hessegrand - Hesse Grand Ducal; 280 MEC mecklenburg - Mecklenburg Schwerin; 290 POL poland PL Poland; 300 AUH
austriahungary - Austria-Hungary; 305 AUS austria AT Austria; 310 HUN hungary HU Hungary; 315 CZE czechoslovakia -
Czechoslovakia; 316 CZR czechrep CZ Czech Republic; 317 SLO slovakia SK Slovakia; 325 ITA italy IT Italy; 327 PAP
papalstates - Papal States; 329 SIC twosicilies - Two Sicilies; 331 SNM sanmarino SM San Marino; 332 MOD modena -
Modena; 335 PMA parma - Parma; 337 TUS tuscany - Tuscany; 338 MLT malta MT Malta; 339 ALB albania AL Albania; 341 MNG
montenegro ME Montenegro; 343 MAC fyromacedonia MK Macedonia; 344 CRO croatia HR Croatia; 345 YUG yugoslaviaserb -
Yugoslavia; 346 BOS bosnia BA Bosnia and Herzegovina; 347 KOS kosovo XK Kosovo; 349 SLV slovenia SI Slovenia; 350 GRC
greece GR Greece; 352 CYP cyprus CY Cyprus; 355 BUL bulgaria BG Bulgaria; 359 MLD moldova MD Moldova; 360 ROM romania
RO Romania; 365 RUS russia RU Russia; 366 EST estonia EE Estonia; 367 LAT latvia LV Latvia; 368 LIT lithuania LT
Lithuania; 369 UKR ukraine UA Ukraine; 370 BLR belarus BY Belarus; 371 ARM armenia AM Armenia; 372 GRG georgia GE
Georgia; 373 AZE azerbaijan AZ Azerbaijan; 375 FIN finland FI Finland; 380 SWD sweden SE Sweden; 385 NOR norway NO
Norway; 390 DEN denmark DK Denmark; 395 ICE iceland IS Iceland; 402 CAP capeverde CV Cape Verde; 403 STP saotome ST
Sao Tome and Principe; 404 GNB guineabissau GW Guinea-Bissau; 411 EQG eqguinea GQ Equatorial Guinea; 420 GAM gambia
GM Gambia; 432 MLI mali ML Mali; 433 SEN senegal SN Senegal; 434 BEN benin BJ Benin; 435 MAA mauritania MR
Mauritania; 436 NIR niger NE Niger; 437 CDI ivorycoast CI Ivory Coast; 438 GUI guinea GN Guinea; 439 BFO burkinafaso
BF Burkina Faso; 450 LBR liberia LR Liberia; 451 SIE sierraleone SL Sierra Leone; 452 GHA ghana GH Ghana; 461 TOG
togo TG Togo; 471 CAO cameroon CM Cameroon; 475 NIG nigeria NG Nigeria; 481 GAB gabon GA Gabon; 482 CEN car CF
Central African Republic; 483 CHA chad TD Chad; 484 CON congobrazz CG Congo; 490 DRC zaire CD Democratic Republic of
the Congo; 500 UGA uganda UG Uganda; 501 KEN kenya KE Kenya; 510 TAZ tanzania TZ Tanzania; 511 ZAN zanzibar -
Zanzibar; 516 BUI burundi BI Burundi; 517 RWA rwanda RW Rwanda; 520 SOM somalia SO Somalia; 522 DJI djibouti DJ
Djibouti; 530 ETH ethiopia ET Ethiopia; 531 ERI eritrea ER Eritrea; 540 ANG angola AO Angola; 541 MZM mozambique MZ
Mozambique; 551 ZAM zambia ZM Zambia; 552 ZIM zimbabwe ZW Zimbabwe; 553 MAW malawi MW Malawi; 560 SAF soafrica ZA
South Africa; 565 NAM namibia NA Namibia; 570 LES lesotho LS Lesotho; 571 BOT botswana BW Botswana; 572 SWA swaziland
SZ Swaziland; 580 MAG madagascar MG Madagascar; 581 COM comoros KM Comoros; 590 MAS mauritius MU Mauritius; 591 SEY
seychelles SC Seychelles; 600 MOR morocco MA Morocco; 615 ALG algeria DZ Algeria; 616 TUN tunisia TN Tunisia; 620 LIB
libya LY Libya; 625 SUD sudan SD Sudan; 626 SSD sosudan SS South Sudan; 630 IRN iran IR Iran; 640 TUR turkey TR
Turkey; 645 IRQ iraq IQ Iraq; 651 EGY egypt EG Egypt; 652 SYR syria SY Syria; 660 LEB lebanon LB Lebanon; 663 JOR
jordan JO Jordan; 666 ISR israel IL Israel; 670 SAU saudiarabia SA Saudi Arabia; 678 YAR nyemen - Yemen Arab
Republic; 679 YEM yemen YE Yemen; 680 YPR syemen - Yemen People's Republic; 690 KUW kuwait KW Kuwait; 692 BAH bahrain
BH Bahrain; 694 QAT qatar QA Qatar; 696 UAE uae AE United Arab Emirates; 698 OMA oman OM Oman; 700 AFG afghanistan AF
Afghanistan; 701 TKM turkmenistan TM Turkmenistan; 702 TAJ tajikistan TJ Tajikistan; 703 KYR kyrgyzstan KG
Kyrgyzstan; 704 UZB uzbekistan UZ Uzbekistan; 705 KZK kazakhstan KZ Kazakhstan; 710 CHN china CN China; 712 MON
mongolia MN Mongolia; 713 TAW taiwan TW Taiwan; 730 KOR korea - Korea; 731 PRK nokorea KP North Korea; 732 ROK
sokorea KR South Korea; 740 JPN japan JP Japan; 750 IND india IN India; 760 BHU bhutan BT Bhutan; 770 PAK pakistan PK
Pakistan; 771 BNG bangladesh BD Bangladesh; 775 MYA myanmar MM Myanmar; 780 SRI srilanka LK Sri Lanka; 781 MAD
maldives MV Maldives; 790 NEP nepal NP Nepal; 800 THI thailand TH Thailand; 811 CAM cambodia KH Cambodia; 812 LAO
laos LA Laos; 816 DRV vietnam VN Vietnam; 817 RVN svietnam - Republic of Vietnam; 820 MAL malaysia MY Malaysia; 830
SIN singapore SG Singapore; 835 BRU brunei BN Brunei; 840 PHI philippines PH Philippines; 850 INS indonesia ID
Indonesia; 860 ETM etimor TL East Timor; 900 AUL australia AU Australia; 910 PNG papuanewguinea PG Papua New Guinea;
920 NEW newzealand NZ New Zealand; 935 VAN vanuatu VU Vanuatu; 940 SOL solomonis SB Solomon Islands; 946 KIR kiribati
KI Kiribati; 947 TUV tuvalu TV Tuvalu; 950 FIJ fiji FJ Fiji; 955 TON tonga TO Tonga; 970 NAU nauru NR Nauru; 983 MSI
marshallis MH Marshall Islands; 986 PAL palau PW Palau; 987 FSM micronesiafs FM Federated States of Micronesia; 990
WSM wsamoa WS Samoa;
"""
