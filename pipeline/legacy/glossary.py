"""Words of headers in several languages, by which a draft of a map guesses what a column holds.

Letters without accents, small. Words are separated by a bar, a phrase has blanks between its words, and a * stands for any further letters of a word:
nothing is found inside a word unless it is written so.
"""

from typing import Final

from pipeline.legacy.namewords import FIRST_NAMES, LAST_NAMES, NUMBERS, PEOPLE, WORKERS
from pipeline.legacy.terms import Terms

# Who: a customer, and a number or code of one.
CUSTOMER: Final = Terms(
    "customer* | client* | kund* | kundin | klant* | cliente* | klient* | asiakas* | asiakkaan | zakaznik* | zakaznic* | ugyfel* | musteri*",
    "student* | pupil* | ucznia | uczen | schuler* | leerling* | alumno* | eleve",
    "guest* | gast | member* | mitglied* | medlem* | lid | patient* | account | konto | invite* | socio | membre | adherent | czlonek | clen",
    "ospite | huesped | hospede | pelanggan* | kupca | kupac | khach",
    "клиент* | покупател* | гост* | заказчик* | контрагент* | клієнт* | *顧客* | *お客* | *会員* | *客户* | *顾客* | *客戶* | *고객* | *회원*",
    "πελατ* | utente* | utenti | pacient* | pacijent* | paziente | paciente | patsient* | potilas* | klijent* | kliend* | strank*",
)
ID_WORD: Final = Terms(
    "id | no | nr | num | nummer | number | numer | ref | reference | referenz | referentie | code | codigo | codice | numero | n | n° | nº | #",
    "key | uuid | kod | kennung | kennziffer | identifier | identificador | identificativo | identifiant | identyfikator | cislo | nro | numeroa",
    "numeru | broj | szama | no# | *nummer | *nr | *nro | *number | *numero | *kennung | *kode | *kod | *code | *id | *ref | *uuid | *numer | *tunnus",
    "*szam | cod | kd | kdnr | c zakaznika | c klienta | ma khach | ma khach hang | ma kh",
    "код | номер | ид | идентификатор | *番号 | *コード | *编号 | *編號 | *代码 | *번호 | *코드",
    "κωδικοσ | αριθμοσ",
)
# Whose address or number a column holds that is not the customer's.
OTHERS: Final = Terms(
    "vet | vets | veterin* | tierarzt* | tieraerzt* | dierenarts* | dyrlaege* | guide* | reiseleit* | gids | emergency* | notfall* | urgence* | emergenc*",
    "emergenz* | noodgeval* | rep | sales rep | hotel | school | doctor | arzt | hausarzt | driver | fahrer | chauffeur | partner | spouse | referr*",
    "supplier* | lieferant* | fournisseur | proveedor | fornitore | leverancier",
)
# People beside a customer who set no flag.
BROUGHT: Final = Terms(
    "referr* | refer* by | recommend* | empfohl* | geworben* | introduc* | invited | sponsor* | aanbevol* | recomend* | parrain* | polec* | consigliat*",
    "booked | paid | betaald | bezahlt | signed | walked | served | taught | seen | last",
)
# Columns beside addresses and numbers that hold none: whether something may be sent there.
NO_ADDRESS: Final = Terms(
    "accept* | marketing* | *marketing | newsletter* | consent* | opt in | opt out | optin | optout | subscri* | unsubscri* | verified | valid | bounced",
    "bounces | gdpr | dsgvo | rgpd | notify | notification* | reminder* | confirmation* | werbung | einwillig* | abonne* | permission* | allowed | ok",
)
# The part of a Dutch family name that a file may hold in a column of its own.
SURNAME_PREFIX: Final = Terms("tussenvoegsel* | voorvoegsel* | tussenv | tussenvgsl | infix")
# Headers that call something else a number or a code.
NOT_AN_ID: Final = Terms(
    "licence | license | licencia | fuhrerschein* | passport* | pass | cnh | permis | rijbewijs*",
    "post* | zip* | plz | psc | cap | tax | vat | btw* | steuer* | ust* | iva | nif | nip | siret | siren | ico | dic | cvr | order* | bestell*",
    "booking* | buchung* | invoice* | rechnung* | faktur* | factu* | staff | employee | store | discount | promo* | coupon | voucher | iban | bank*",
    "vizit* | aluguer* | noleggi* | locacao | locacoes | rentals | stays | nights | nachte | noches | anzahl* | count | total*",
    "card | karten* | haus* | street | house* | huis* | tel* | phone* | mobil* | handy* | fax | paid | valid | covid | grid | country | land*",
    "dial* | visit* | besuch* | orders | bookings | of | product* | artikel* | sku | pet | dog | room | zimmer | contract | vertrag* | area",
    "lp | lfd | lfd nr | lfdnr | sr no | sl no | row no | line no | zeile",
    "location | branch | filial* | pin | barcode | raum* | hotel | order no",
    "заказ* | телефон* | индекс* | инн | паспорт* | *電話* | *郵便* | *注文* | *予約* | *电话* | *邮编* | *订单* | *전화* | *주문* | *우편*",
    "αφμ",
)
FIRST_NAME: Final = Terms(
    "roepnaam | tilltalsnamn | nome proprio",
    "firstname | first name | first | given | given name | givenname | forename | vorname | prenom | nombre | nome | voornaam | fornavn | fornamn | imie",
    "etunimi | jmeno | krestni jmeno | nombre de pila | nome de batismo | primeiro nome | keresztnev | prenume | ad | isim | krstne meno | vornamen",
    "prenoms",
    "имя | імя | 名 | 下の名前 | 이름",
    "adi | isim | ime | utonev | ονομα | μικρο ονομα | meno | voorletters | rufname | christian name | name christian | eesnimi | vardas | vards",
    "nama depan | ten | ten khach | име",
    *FIRST_NAMES,
)
LAST_NAME: Final = Terms(
    "lastname | last name | last | household | surname | family name | familyname | nachname | familienname | zuname | nom | nom de famille | apellido",
    "apellidos | cognome | sobrenome | achternaam | etternavn | efternavn | efternamn | nazwisko | sukunimi | apelido | apelidos | prijmeni",
    "primer apellido | vezeteknev | soyad | soyadi | priezvisko | ultimo nome | familienavn | slaegtsnavn | nume de familie",
    "фамилия | прізвище | 姓 | 苗字 | 성",
    "soyisim | prezime | csaladnev | επωνυμο | επιθετο | familienaam | priimek | cognoms | cognom | apellido paterno | pavarde | uzvards",
    "perekonnanimi | nama belakang | ho | ho va ten dem | презиме",
    *LAST_NAMES,
)
# Whose name a header says that a column holds, and the small words beside it.
WHOSE: Final = Terms(
    "owner* | guest* | client* | customer* | contact | member* | patient* | student* | parent* | pupil* | hirer* | renter* | tenant* | diver* | s | of | the",
    "kund* | klant* | klient* | zakaznik* | gast | mitglied* | teilnehmer* | halter* | cliente* | du | de | del | da | do | della | la | le",
    "invite* | huesped* | account | traveller* | consignor* | holder*",
)
# Names of which only the order of the words tells which part comes first: a word of the one before a word of the other.
NAME: Final = Terms(
    "proprietaire | agare | halter in | varaaja | vendeg neve | vendeg | oaspete | driver | player | alumno a | condutor | контрагент | visitor | socio",
    "adherent | hundehalter | hundehalterin | besitzer | besitzerin | eigentumer | eigenaar | proprietario | proprietaria | charterer | lessee | mieter",
    "kund | kunde name | asiakkaan nimi | nom du client | nom complet du client",
    "name | full name | fullname | kunde | kundin | kundenname | cliente | klant | klantnaam | naam | nombre completo | nom complet | nome completo",
    "nominativo | kundnamn | kundenavn | navn | namn | guest | guest name | gast | gastname | member | member name | nom client | nom du client",
    "customer | client | customer name | client name | contact name | nimi | asiakas | asiakkaan nimi | klient | nazwa klienta | zakaznik",
    "jmeno zakaznika | nom prenom | nombre del cliente | nome do cliente | nome cliente | nev | nume | ad soyad | mitglied | patient | patient name",
    "volledige naam | fullstandigt namn | nombre cliente | persona | person | besteller | ansprechpartner | medlem | gaest | gjest | customername",
    "clientname | contact | kontakt | nazev",
    "фио | піб | имя клиента | полное имя | фамилия имя | фамилия имя отчество | клиент | клієнт | 氏名 | 名前 | お名前 | 顧客名 | お客様名 | 会員名",
    "姓名 | 客户姓名 | 客户名称 | 顾客姓名 | 성명 | 고객명 | 회원명",
    "ονοματεπωνυμο | πελατησ | ονομα πελατη | renter | owner | traveller | consignor",
    "owner name | halter | musteri adi soyadi | adi soyadi | osoba kontaktowa | kontaktni osoba | eleve | fulde navn | fullt namn | fullt navn",
    "huesped | ospite | hospede | paciente | paziente | pupil | student | parent | parent name | teilnehmer | teilnehmerin | holder | berth holder",
    "hirer | hirer name | tenant | resident | deltager | deltagare | kursist | deelnemer | alumno | alumna | aluno | aluna | allievo | uczen | zak",
    "clienta | pacjent | pacjentka | elev | elevens namn | ученик | ученица | имя ученика | nume complet | nume client | שם מלא | الاسم الكامل | ชื่อ นามสกุล",
    "nama lengkap | nama tamu | nama pelanggan | ho ten | ho va ten | ten khach hang",
    *PEOPLE,
    "parent carer | carer | parent guardian | guardian | koko nimi | imie i nazwisko | jmeno a prijmeni | volledige naam | jmeno prijmeni",
)
COMPANY: Final = Terms(
    "company name | customer company | nom de la societe | nombre de la empresa | nome da empresa | nome azienda",
    "company* | firma | firmenname | unternehmen | societe | empresa | azienda | bedrijf | bedrijfsnaam | entreprise | foretag | foretagsnamn",
    "organisation | organization | unvan | unvani | raison sociale | ragione sociale | razon social | yritys | virksomhed | bedrift | business | business name",
    "trading name | trading as | shop name",
    "spolecnost | ceg | razao social | denominazione | nazwa firmy | firmanavn | firmanaam | firmennamen",
    "компания | организация | фирма | компанія | 会社名 | 会社 | 法人名 | 公司 | 公司名称 | 회사 | 회사명",
)
EMAIL: Final = Terms(
    "*mail* | correo* | courriel* | sahkoposti* | epost* | e post* | mejl* | posta elettronica | eposta",
    "correio* | *почта | *пошта | *メール* | *邮箱* | *电子邮件* | *電子郵件* | *이메일* | อีเมล* | ईमेल*",
)
PHONE: Final = Terms(
    "contacto | contato",
    "ph | ph no | ph # | phone no | mob no",
    "phone* | *phone | mobile* | mobil* | mobiel* | telef* | tel | handy* | gsm* | cell* | *telefon* | puhelin* | movil* | portable | celular* | tlf* | tlm",
    "telemovel | komorka* | matkapuhelin | gsm nummer | komorkowy | natel | telnr | telno | numero de telephone | kontaktnummer | rufnummer | mob",
    "telephone* | *telefoon* | โทร* | เบอร์* | फ़ोन* | मोबाइल*",
    "телефон* | моб* | *電話* | *携帯* | *电话* | *手机* | *전화* | *휴대폰* | *연락처*",
    "τηλεφων* | κινητο*",
)
NOT_A_PHONE: Final = Terms(
    "fax | contribuinte | nif | cif | dni | nie | vat | siret | siren | iban | account | konto* | bank* | ssn | cpf | cnpj | pesel | nip | regon",
    "ico | dic | steuer* | ust* | btw* | kvk | codice fiscale | partita iva | p iva | org* | cvr | cpr* | person* | hetu | tva | kundennummer",
    "*nummer | id | ref* | zip | tax* | code | codigo | card* | karte* | siva | numero fiscal | rodne cislo | price | total | umsatz | revenue",
    "saldo | balance | ean | date | datum",
)
STATUS: Final = Terms(
    "status | customer status | client status | account status | kundenstatus | kundstatus | status kunde | estado | estado cliente",
    "estado del cliente | statut | statut client | stato | stato cliente | stav | stav zakaznika | tila | asiakkaan tila | klantstatus",
    "kundestatus | status klienta | member status | allapot | mitgliedsstatus | estado do cliente | situacao | situacion | tilstand | kontostatus",
    "situation | durum | κατασταση | מצב | סטטוס | الحالة | حالة | trang thai | statusz | stare | allapota | สถานะ | स्थिति",
    "статус | статус клиента | 状態 | ステータス | 会員状態 | 状态 | 客户状态 | 상태",
)
ACTIVE: Final = Terms(
    "active | aktiv* | actif | activo | activa | attivo | attiva | ativo | ativa | actief | aktywn* | aktivni | aktiivinen | ok | current",
    "активен | активна | активный | активн* | действующ* | 有効 | 活跃 | 正常 | 활성",
)
ARCHIVED: Final = Terms(
    "inactive | archived | inaktiv* | inactif | inactivo | inactiva | inattivo | inattiva | inativo | inativa | inactief | nieaktywn* | neaktivni",
    "archivi* | archiv* | arkiv* | gearchiveerd | zarchiwizowan* | ehemalig* | former | ancien* | dormant | epaaktiivinen | passiv* | passiivinen",
    "closed | disabled | deactivated | deaktiviert | desactivad* | ex cliente | baja | beendet | uppsagd | avsluttet | ei aktiivinen | utgatt",
    "неактив* | архив* | закрыт* | 無効 | 退会 | 停用 | 비활성 | 탈퇴",
)

REASON: Final = Terms(
    "סיבה | סיבת* | السبب | سبب | เหตุผล | สาเหตุ | कारण",
    "anlass | ursache | hintergrund | because | begrunn* | preco | grounds | justific*",
    "varfor | hvorfor | grunn* | peruste* | proc | dlaczego | a causa de | blocco motivo | weswegen",
    "reason* | *reason | grund | *grund | begrund* | *begrundung | motif* | raison* | motiv* | reden* | *reden | waarom | arsag* | arsak* | *arsak",
    "*arsag | orsak* | *orsak | anledn* | powod* | przyczyn* | duvod* | causa* | perche | porque | por que | syy | *syy | razon | why | warum",
    "selite | selitys",
    "weil | wegen | due to | p g a | za co | de ce | weshalb | pourquoi | cause | razao | oka | indok | sebep | neden | motiu | bakgrund | perustelu*",
    "причин* | почему | основание | *理由* | *原因* | *사유* | *이유* | *違反* | *违规* | *위반*",
    "λογοσ | αιτια | αιτιολογ* | offence | offences | offense | violation | verstoss | vergehen | infraction | infraccion | infrazione | infracao",
    "overtreding | overtradelse | forseelse | wykroczenie | prestupek | rikkomus | szabalysertes | ihlal | нарушение | порушення | παραβαση",
    "razlog* | nedeni | sebebi | priezast* | iemesl* | pohjus* | alasan* | ly do* | dovod* | motiu* | rao | zasto | kodel",
)
NOTES: Final = Terms(
    "keterangan | catatan | ghi chu | הערה | הערות | ملاحظات | ملاحظة | примітк* | หมายเหตุ | टिप्पणी",
    "detalle | detalles | dettagli | dettaglio | detalhe* | beskrivels* | пояснен* | опис | opomb* | napomen* | kuvaus | kirjeldus | apraksts | aprasymas",
    "note | notes | notiz* | notat* | nota | notas | notitie* | bemerk* | anmerk* | hinweis* | opmerk* | remark* | remarque* | observ* | kommentar*",
    "comment* | comentari* | comment | comments | commento | commenti | anteckn* | merknad* | bemaerk* | huomautu* | huomio* | huomautuks*",
    "lisatieto* | uwagi | poznamk* | annotaz* | memo | info | info* | details | detail* | text | tekst | message | meddelelse | beschreibung",
    "description | descripcion | toelichting | opis | popis | megjegyzes | komentarz | komentar | kommentti | vermerk | *vermerk | *notiz | *text",
    "*kommentar | *anteckning | explanation | erklarung | forklaring",
    "примечан* | коммент* | заметк* | описание | *備考* | *メモ* | *コメント* | *备注* | *说明* | *비고* | *메모*",
    "σημειωσ* | σχολι* | παρατηρησ* | testo | texto | texte | tresc | текст* | *内容* | *내용*",
)
BY: Final = Terms(
    "by | von | par | por | da | door | av | af | durch | przez | toimesta | who | wer | kdo | kym | qui | quien | quem | chi | kuka | vem",
    "hvem | wie | kto",
    "απο | кем | кто | *者 | per | хто | ким | oleh",
)
STAFF: Final = Terms(
    "petugas | clerk* | изменил* | змінив* | внес | внесла | добавил* | додав* | הוסיף | עובד* | נרשם על ידי | الموظف | بواسطة | nhan vien | โดย",
    "администратор* | адміністратор* | admin | administrator* | administrador*",
    "kirjannut | kirjasi | merkitsi | zapsal* | zadal* | zapsano kym | wpisal* | dodal* | kto zdecydowal | rogzitette | felvette | kitiltotta | letiltotta",
    "oznacio | oznacila | upisao | upisala | υπευθυνοσ | adaugat de | blocat de | introdus de | gemeldet von | gemeld door | erfasst von | ingevoerd door",
    "registrado por | registrato da | inserito da | saisi par | note par | anotado por | bloqueado por | bloque par | bloccato da | kaydeden | giren",
    "responsable* | responsabile | duty manager | manager | ekleyen | issued by | recorded by | zapisal* | logged by | entered by | added by | changed by",
    "staff* | employee* | mitarbeiter* | employe | emplead* | operator* | medewerker* | usuario* | utilisateur* | user | bearbeiter* | agent*",
    "personal | anstalld | medarbejder* | medarbeider* | ansatt | pracownik* | zamestnan* | tyontekija* | funcionari* | dipendente | operatore",
    "responsavel | responsaveis | verantwortlich* | kurzel | kuerzel | initials | initialen | ansvarig* | ansvarlig* | vastuuhenkilo* | sorumlu*",
    "zablokowal* | zablokoval* | blokirao | blokirala | blokiral* | zabranio | zabranil* | yasaklayan | engelleyen | blokoval* | suspendat de",
    "zakazal* | zabanoval* | vyloucil* | vylucil* | vykazal* | suspendoval* | zbanowal* | wykluczyl* | zawiesil* | banovao | banovala | banirao | banirala",
    "izbacio | izbacila | iskljucio | iskljucila | suspendirao | suspendirala | suspendovao | suspendovala | prepovedal* | izkljucil* | pridal* | vlozil*",
    "dodao | unio | unijela | uneo | unela | vnesel | vnesla | bloqueou | baniu | proibiu | vetou | suspendeu | expulsou | prohibio | adicionou | a interzis",
    "a blocat | a exclus | a bloque | a banni | a exclu | a interdit | ha bloccato | ha vietato | ha bloqueado | ha vetado | tiltotta | kizarta | bannolta",
    "keelas | keelaja | blokeerija | blokeeris | lisas | bloketajs | blokeja | uzdraude | kielsi | estaja | esti | kieltaja | lisannut | nobloketa",
    "заблокував | заблокувала | заблокировал* | заборонив | заборонила | забанил* | забанив | забанила | запретил* | исключил* | блокирал* | забранил* | oleh",
    "diblokir oleh | nguoi dat | nguoi chan | nguoi tao | uzblokavo | nobloketaja",
    "merkitsija | kirjaaja | varoittaja | antaja | verantwoordelijk* | warner | warned by",
    "handlaggare | sachbearbeiter* | decision de | decision by | decide par | decided by | entschieden von | besloten door | deciso da | decidido por",
    "сотрудник* | менеджер* | оператор* | ответственн* | *担当* | *登録者 | *员工* | *经办人* | *담당*",
    *WORKERS,
)
AT: Final = Terms(
    "on | at | date | *date | datum | *datum | since | from | start* | begin* | when | am | seit | ab | vom | von | op | sinds | vanaf | sedan",
    "fran | den | dato | *dato | fra | siden | pa | od | dnia | data | dne | dat | fecha | desde | el | dia | em | dal | il | di | le | du | depuis",
    "alkaen | lahtien | pvm | *pvm | paiva* | day | dag | tag | time | debut | inizio | inicio | kdy | kiedy | wann | wanneer | quand | quando",
    "cuando | nar | hvornar | milloin | datetime | datum a cas | a partir | tarih* | datuma | *paiva | zeitpunkt | zeit | tid | beginn | startdatum",
    "ingangsdatum | de | del | della | do dia | d",
    "дата | когда | с | от | *日 | *日付 | *日時 | *时间 | *日期 | *날짜 | *일자",
    "ημερομηνια | απο | ημ νια | תאריך | מתאריך | التاريخ | تاريخ | วันที่ | दिनांक | तारीख",
    "nuo | kuupaev | alates | tanggal | sejak | ngay | tu ngay | des de | з",
)
# What somebody did who put a customer on a list: beside a flag its day, or who set it.
ADDED: Final = Terms(
    "added | entered | logged | recorded | listed | reported | eingetragen | hinzugefugt | hinzugefuegt | erfasst | aufgenommen | anadido | anadida",
    "agregado | agregada | ajoute | ajoutee | inscrit | saisi | aggiunto | aggiunta | inserito | inserita | adicionado | adicionada | inserido | inserida",
    "toegevoegd | ingevoerd | tillagd | inlagd | tilfojet | lagt til | lisatty | lisatud | dodano | dodane | wpisano | pridano | pridane | vlozeno",
    "zapsano | dodato | uneseno | vneseno | hozzaadva | felveve | rogzitve | adaugat | eklendi | eklenme | pievienots | prideta | добавлен* | внесен* | додано",
    "προστεθηκε | *追加* | *添加* | *추가*",
)
UNTIL: Final = Terms(
    "plati do | vervaldat* | afloopdat* | verloopdat* | lauft ab",
    "ablaufdatum | data de termino | fecha de termino | data termine | fecha limite | data limite",
    "date limite | son tarih | sona erme* | 结束日期 | 失效日期 | data do termino",
    "fecha fin | fecha final | utlopsdat* | udlobsdat* | paattymis* | lejarat*",
    "before | avant | vor dem | antes de | antes del | antes do | prima del | prima di | voor | for den | przed | pred",
    "lift on | lifts | lift date | reinstate* | can return | back on | echeance* | terme | indtil | bitis | bitis tarihi | 解除日*",
    "*종료* | μεχρι | do kiedy | kadar | ถึง | จนถึง* | ถึงวันที่",
    "istjece | istice | vrijedi do | velja do | until | *until | *ende | *slut | *einde | till | tills | thru | through | end",
    "ends | ending | ended | enddate | end date | expir* | bis | *bis | ende | endet",
    "enddatum | ablauf* | befristet* | tot | *tot | t m | tm | t e m | einde | einddatum | eind* | verloopt | t o m | tom | slut | slutar",
    "slutdat* | upphor* | utgar | koniec | konci* | konec | wygas* | hasta | fin | final | finaliza* | vence* | vencimiento | caduc* | ate | fim",
    "fino al | fino alla | fino a | wazne do | wazna do | waznosc* | jusqu au",
    "jusqu a | hasta el | bis zum | ate o dia | gultig bis | geldig tot | valid to",
    "fino | fine | scad* | jusqu* | expire* | asti | saakka | paatty* | loppu* | udlob* | utlop* | ophor* | slutdato | sluttdato | slutt",
    "platnost* | platne do | data fine | til og med | last day | letzter tag | do dnia | pana la | ig | konca | terminy | utloper | udlober | jusqu",
    "eddig | meddig | *eddig | lejar* | hatarido* | vege",
    "до | окончан* | истека* | срок* | *期限* | *まで | *終了* | *到期* | *截止* | *만료* | *까지",
    "μεχρι | εωσ | ληξη",
    "den ngay | cho den | sampai | hingga | iki | lidz | kuni | fins a | fins al | bitisi | caducitat",
)
# Days on which somebody looks at something again: that ends nothing.
LOOKED_AT_AGAIN: Final = Terms(
    "review* | next* | follow up* | followup* | recheck* | check by | chase*",
    "due | due date | deadline | wiedervorlage* | *prufung | uberprufung* | a revoir",
    "revision* | revisar | da rivedere | herziening* | herbeoordeling* | rappel | promemoria | opfolgning* | uppfoljning* | kontroll* | przeglad*",
)
# Words of headers that say nothing of what a column is about.
BESIDES: Final = Terms(
    "first | second | third | final | erste | zweite | dritte | letzte | premier | deuxieme | dernier | primera | segunda | primero | segundo",
    "the | of | for | to | in | is | was | this | a | an | and | or | not | der | die | das | des | dem | den | fur | im | in | zu | und | oder | ist | mit",
    "les | la | l | un | une | et | ou | pour | sur | los | las | lo | una | y | o | para | con | dei | degli | per | e | um | uma | os | as | na | no | het",
    "een | en | voor | met | och | ett | og | et | for | til | w | z | i | ze | do | a | k | nr | nb | special* | spez* | internal | intern* | current*",
    "setting* | system* | record* | level* | type* | kind | art | category | kategorie | details | popup | pop up | service | booking* | buchung*",
    "account* | konto | profile | team | front | desk | driver* | fahrer* | 1 | 2 | 3 | 4 | 5 | again | any more | anymore | ever | more | currently",
    "list* | lista | lijst | yn | y n | yes | ja | nein | nee | oui | non | si | x | ma | darf | must | mehr | meer | plus | mas | date | dates | day | days",
)
# Words that mean until where the header of a day ends with them; before another word they mean to.
UNTIL_LAST: Final = ("по", "to", "do", "au", "al", "til", "a", "bitis", "do kdy", "to date", "tot en met", "tot", "till", "vege")
# What was done to a status, where a header says when it was.
CHANGED: Final = Terms(
    "change* | changed | status change* | geandert | anderung* | modifie* | modification | changement | cambio | cambiado | modifica | modificato",
    "alterac* | gewijzigd | wijziging* | andrad | andring* | aendret | aendring* | endret | endring* | zmian* | zmen* | muutos* | muutettu | modositas*",
    "degisiklik | изменен* | змін* | смен* | perubahan | berubah | modificar* | 変更* | 変更日 | 更改* | 变更* | 변경*",
)
# Days of something else.
OTHER_DAYS: Final = Terms(
    "birth* | *birth | geburt* | nacim* | naiss* | nasc* | nascita | fodel* | fodsel* | urodz* | narozen* | syntym* | dob | geboorte* | szulet*",
    "visit* | besuch* | bezoek* | client | cliente | customer | kunde* | klant | klient* | zakazn* | created | creat* | cree | erstellt | angelegt",
    "anlage* | register* | registr* | skapad* | oprett* | updated | geandert | modif* | last | letzte* | ultim* | dernier* | senast* | sidste",
    "siste | laatste | booking* | order* | buchung* | bestell* | appointment* | termin | member* | mitglied* | medlem* | joined | signup | sign*",
    "anniversary | next | kauf | purchase | compra | achat | zahlung | payment | rechnung* | invoice*",
    "рожден* | регистрац* | создан* | послед* | визит* | 登録日 | 入会* | *誕生* | *生年* | *最終* | *来店* | *生日* | *注册* | *最近* | *생일* | *가입*",
)
# Headers that say outright that a column holds customers' ids.
CUSTOMER_ID: Final = Terms(
    "ma khach | ma khach hang | ma kh",
    "会员号 | 客户号 | 顾客号 | 会員no | 顧客no | sifra gosta | sifra stranke | sifra kupca",
    "acct | acct # | acct no | mem # | mem no | membership | membership no | membership # | tessera | n tessera | numero tessera | tessera n | gastnr",
    "gast nr | cislo zakaznika | c zakaznika | κωδ πελατη | κωδικοσ πελατη | sifra | sifra kupca | sifra klijenta | kundenkonto | guest no | guest #",
    "id | customerid | clientid | customerno | clientno | customernumber",
    "clientnumber | customercode | clientcode | accountnumber | account number | accountid",
    "kundennummer | kundennr | kdnr | kd nr | kundenid | kdnummer | numeroclient | noclient | idclient | codeclient | refclient | idcliente | codigocliente",
    "numerocliente | ncliente | codicecliente | codcliente | klantnummer | klantnr",
    "klantid | kundid | kundnummer | kundnr | kundenr | kundenummer | kunde nr",
    "asiakasnumero | asiakasnro | asiakastunnus | nrklienta | idklienta | numerklienta",
    "kodklienta | memberid | membernumber | guestid | patientid | account no",
    "cislozakaznika | idzakaznika | zakaznickecislo | mitgliedsnummer | mitgliedsnr",
    "medlemsnummer | lidnummer | ugyfelszam | kundenkennung | kontonummer kunde | รหัสลูกค้า | รหัสสมาชิก | ग्राहक आईडी | ग्राहक संख्या",
    "кодклиента | номерклиента | idклиента | код | 顧客番号 | お客様番号 | 会員番号 | 顧客コード | 顧客id | 会員id",
    "客户编号 | 客户代码 | 客户id | 고객번호 | 회원번호 | 고객id",
    *NUMBERS,
)
# Whole names that begin with the family name.
SURNAME_FIRST: Final = Terms(
    "фио | піб | 氏名 | 名前 | お名前 | 顧客名 | お客様名 | 会員名 | 姓名 | 客户姓名 | 顾客姓名 | 성명 | 고객명 | 회원명 | nev | teljes nev | ugyfel neve",
    "ugyfel | paciens neve | vasarlo neve | vendeg neve | tag neve | 이름",
)
