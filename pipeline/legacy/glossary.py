"""Words of headers and cells in several languages, by which a draft of a map guesses what a column holds. Letters without accents, small."""

from typing import Final

# Column of ours → what headers for it are called: as whole header keys, and as parts of one.
WHOLE: Final = {
    "customer_id": (
        *("id", "customerid", "clientid", "customerno", "clientno", "customernumber", "clientnumber", "customercode", "clientcode", "accountnumber"),
        *("accountid", "kundennummer", "kundennr", "kdnr", "kundenid", "numeroclient", "noclient", "idclient", "codeclient", "refclient", "idcliente"),
        *("codigocliente", "codigodecliente", "numerocliente", "numerodecliente", "ncliente", "codicecliente", "klantnummer", "klantnr", "klantid"),
        *("kundid", "kundnummer", "kundenr", "asiakasnumero", "nrklienta", "idklienta", "memberid", "membernumber", "guestid", "patientid", "code", "codigo"),
    ),
    "first_name": (
        *("firstname", "givenname", "forename", "vorname", "prenom", "nombre", "nome", "voornaam", "fornavn", "fornamn", "imie", "etunimi", "first"),
        *("nombredepila", "nomedebatismo", "primeironome"),
    ),
    "last_name": (
        *("lastname", "surname", "familyname", "nachname", "familienname", "zuname", "nom", "nomdefamille", "apellido", "apellidos", "cognome", "sobrenome"),
        *("achternaam", "etternavn", "efternavn", "efternamn", "nazwisko", "sukunimi", "last", "apelido"),
    ),
    "name": (
        *("name", "fullname", "customername", "clientname", "customer", "client", "kunde", "kundin", "kundenname", "cliente", "klant", "klantnaam", "naam"),
        *("nombrecompleto", "nomcomplet", "nomecompleto", "nominativo", "kundnamn", "navn", "namn", "guest", "guestname", "gast", "membername", "nomclient"),
    ),
}
# Words of headers, and ends of their keys, that call a column's cells numbers or codes.
ID_WORDS: Final = ("id", "no", "nr", "num", "nummer", "number", "ref", "reference", "code", "codigo", "codice", "numero", "n°", "nº", "#", "key", "uuid", "kod")
ID_ENDS: Final = ("id", "nr", "nummer", "number", "ref", "code", "numero", "uuid")
PARTS: Final = {
    "email": ("mail", "correo", "courriel"),
    "phone": (
        "phone",
        "mobile",
        "mobil",
        "telef",
        "handy",
        "gsm",
        "cellular",
        "telefon",
        "puhelin",
        "movil",
        "portable",
        "celular",
        "tlf",
        "cellulare",
        "komorka",
    ),
    "company": ("company", "firma", "unternehmen", "societe", "empresa", "azienda", "bedrijf", "entreprise", "organisation", "organization", "foretag"),
    "status": ("status", "estado", "statut", "stato"),
}
# Parts of headers that sound of a flag → the type that is proposed.
FLAG_PARTS: Final = {
    "On Hold": (
        *("block", "banned", "blacklist", "sperr", "bloqu", "vetad", "bloccat", "geblokk", "blokk", "onhold", "donot", "nogo", "hausverbot", "sparr"),
        *("zablok", "estop", "suspend", "gesperrt", "interdit", "prohib", "vietato", "schwarzeliste", "listanegra", "listenoire", "zwartelijst"),
    ),
    "At Risk": ("risk", "risiko", "riesgo", "rischio", "risque", "risico", "ryzyko", "churn"),
    "Warning": (
        *("warn", "alert", "hinweis", "achtung", "avert", "aviso", "advertenc", "avviso", "allarm", "waarschuw", "letop", "attenz", "attention", "advarsel"),
        *("varning", "ostrze", "uwaga", "caution", "flag", "markier", "marque", "signal", "problem", "varoitus", "vorsicht", "auffaellig", "auffallig"),
    ),
    "Important": ("important", "wichtig", "belangrijk", "viktig", "vigtig", "vip", "wazne"),
}
REASON: Final = (
    "reason",
    "grund",
    "motif",
    "raison",
    "motivo",
    "reden",
    "begrund",
    "arsag",
    "orsak",
    "powod",
    "anledn",
    "causa",
    "perche",
    "porque",
    "syy",
    "comment",
)
BY: Final = ("by", "von", "par", "por", "da", "door", "av", "durch", "przez")
BY_PARTS: Final = ("staff", "employee", "mitarbeiter", "employe", "emplead", "operator", "medewerker", "usuario", "utilisateur", "user", "bearbeiter", "agent")
AT_PARTS: Final = ("date", "datum", "fecha", "data", "since", "seit", "depuis", "desde", "sinds", "dato", "when", "seit", "dal")
AT: Final = ("am", "on", "le", "il", "el", "op", "den", "at")
UNTIL_PARTS: Final = (
    "until",
    "bis",
    "jusqu",
    "hasta",
    "fino",
    "totenmet",
    "expir",
    "ablauf",
    "scad",
    "vence",
    "enddate",
    "caduc",
    "tilog",
    "through",
    "valid",
)
TAG_PARTS: Final = ("tag", "label", "etikett", "etiquet", "categor", "kategor", "schlagw", "grupp", "group", "segment", "merkmal")
# Headers of yes-or-no columns that are about something else than a flag.
NOT_A_FLAG: Final = (
    *("newsletter", "marketing", "consent", "optin", "gdpr", "dsgvo", "rgpd", "subscri", "accept", "sms", "tax", "werbung", "publicid", "einwillig"),
    *("iscompany", "primary", "verified", "gender", "address", "street", "strasse", "adres", "direc", "adress", "city", "stadt", "ciudad", "ville", "zip"),
    *("postal", "plz", "country", "land", "pays", "pais", "birth", "geburt", "nacim", "naissance", "title", "anrede"),
)
YES_WORDS: Final = (
    *("yes", "y", "true", "t", "1", "x", "on", "ja", "j", "oui", "o", "si", "s", "sim", "vero", "wahr", "vrai", "verdadero", "tak", "kylla", "joo"),
    *("✓", "✔", "checked", "blocked", "banned", "gesperrt", "bloqueado", "bloqueada", "bloque", "bloquee", "bloccato", "geblokkeerd", "flagged", "waar"),
)
NO_WORDS: Final = (
    *("no", "n", "false", "f", "0", "off", "nein", "non", "nao", "nee", "nej", "nei", "falso", "falsch", "faux", "nie", "ei", "-", "none", "onwaar"),
    *("unchecked", "allowed", "frei", "libre", "ok"),
)
