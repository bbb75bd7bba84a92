"""Words of headers in several languages for what customers may do, may not, or have to do first; written as in `flagwords`."""

from typing import Final

from pipeline.legacy.terms import Terms


def _each(firsts: str, lasts: str) -> str:
    """Return every phrase of one of some words and one of others behind it."""
    return " | ".join(f"{first.strip()} {last.strip()}" for first in firsts.split("|") for last in lasts.split("|"))


# What customers may do, or may not, beside the verbs for it.
DOES: Final = {
    "de": "mieten | buchen | bestellen | kaufen | ausleihen | reservieren | einkaufen | trainieren | spielen | eintreten",
    "fr": "reserver | louer | commander | acheter | emprunter | entrer | revenir | prendre rendez vous",
    "nl": "huren | boeken | reserveren | bestellen | kopen | lenen | komen | trainen | deelnemen",
    "sv": "boka | hyra | handla | lana | bestalla | kopa | trana | delta",
    "da": "booke | bookes | leje | bestille | kobe | lane | leie | bestilles | trene | trane",
    "es": "reservar | alquilar | comprar | pedir | entrar | rentar",
    "it": "prenotare | noleggiare | ordinare | acquistare | entrare | affittare",
    "pt": "reservar | alugar | comprar | encomendar | entrar | agendar",
    "pl": "rezerwowac | wypozyczac | kupowac | zamawiac | wynajmowac",
    "cs": "rezervovat | pujcovat | pujcit | objednat | objednavat | kupovat",
}
NOT_LET: Final = (
    _each("darf nicht | darf nicht mehr | kann nicht", DOES["de"]),
    _each("ne peut pas | ne peut plus | peut pas | peut plus", DOES["fr"]),
    _each("mag niet | mag niet meer | kan niet", DOES["nl"]),
    _each("far inte | far ej | kan inte", DOES["sv"]),
    _each("ma ikke | kan ikke | far ikke", DOES["da"]),
    _each("no puede", DOES["es"]),
    _each("non puo", DOES["it"]),
    _each("nao pode", DOES["pt"]),
    _each("nie moze", DOES["pl"]),
    _each("nesmi | nemuze", DOES["cs"]),
    _each("may not | must not | cannot | can not", "book | rent | hire | order | borrow | buy | enter"),
)
MAY_BOOK: Final = Terms(
    _each("darf | darf noch | kann", DOES["de"]),
    _each("peut | peut encore", DOES["fr"]),
    _each("mag | mag nog | kan", DOES["nl"]),
    _each("far | kan | far fortfarande", DOES["sv"]),
    _each("ma | kan | far", DOES["da"]),
    _each("puede", DOES["es"]),
    _each("puo", DOES["it"]),
    _each("pode", DOES["pt"]),
    _each("moze", DOES["pl"]),
    _each("smi | muze", DOES["cs"]),
    _each("may | can | allowed to | ok to", "book | rent | hire | order | borrow | buy | enter"),
    "επιτρεπεται κρατηση | επιτρεπεται ενοικιαση | saa varata | saa vuokrata | saa lainata | poate rezerva | poate inchiria | duoc thue | duoc dat",
    "foglalhat | berelhet | smie rezervovat | smie si pozicat | sme rezervirati | lahko rezervira | moze rezervirati | boleh sewa | boleh pesan",
    "можно бронировать | может бронировать | може бронювати | 予約可 | 可预约 | 예약가능",
)
# What is asked of some customers before they come: no ban, and yet more than that it was done.
PAYS_AHEAD: Final = Terms(
    "deposit required | requires deposit | needs deposit | deposit needed | must prepay | prepay | prepay only | prepayment required | prepayment",
    "upfront payment required | pay upfront | acompte obligatoire | acompte demande | acompte exige | acompte requis | prepaiement obligatoire",
    "vorkasse erforderlich | nur vorkasse | vorkasse | vorauskasse | vorauszahlung | anzahlung erforderlich | anzahlung notig | anzahlungspflicht*",
    "skal forudbetale | forudbetaling | skal betale depositum | forudbetaling kraeves | ma forhandsbetale | forskuddsbetaling | maste forskottsbetala",
    "forskottsbetalning | forskott kravs | ennakkomaksu | ennakkomaksu vaaditaan | sena obligatoria | anticipo obligatorio | requiere anticipo | prepago",
    "acconto obbligatorio | caparra obbligatoria | pagamento anticipato | sinal obrigatorio | exige sinal | pagamento antecipado | aanbetaling verplicht",
    "vooruitbetaling | vooruitbetalen | moet vooruitbetalen | wymagana zaliczka | zaliczka wymagana | przedplata | vyzaduje zalohu | zaloha nutna",
    "platba predem | elore fizetes | eloleg kotelezo | avans obligatoriu | plata in avans | kapora zorunlu | on odeme | cần đặt cọc | dat coc bat buoc",
    "απαιτειται προκαταβολη | предоплата | только предоплата | передоплата | wajib deposit | wajib dp | 要前払い | 需预付 | 선불",
)
# Headers that mean a reminder of somebody as well as a remark.
MAY_WARN: Final = Terms("huomautus | huomautukset")
