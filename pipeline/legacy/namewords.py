"""Words of headers for people, names and their numbers in further languages, written as in `glossary`: parts of its terms."""

from typing import Final

from pipeline.legacy.terms import Terms

# Whose whole name a column holds.
PEOPLE: Final = (
    "tutor | tutora | tutor legal | tutor a | seller | seller name | utente | utenti | propietario | propietaria | dueno | duena | titular | asegurado",
    "asegurada | inquilino | inquilina | abonado | abonada | socia | arrendatario | arrendataria | intestatario | assistito | locatario | conduttore",
    "locataire | titulaire | adherente | patiente | beneficiaire | usager | usagere | versicherter | versicherte | tierhalter | tierhalterin | pferdebesitzer",
    "pferdebesitzerin | auftraggeber | auftraggeberin | kaufer | kauferin | kunde firma | kursteilnehmer | kursteilnehmerin | huurder | cursist | koper",
    "bewoner | lejer | laner | lantager | leietaker | hyresgast | hastagare | lantagare | omistaja | vuokralainen | potilas | omanik | uurnik | patsient",
    "opilane | klientas | pacientas | klients | pacients | pacient | pacientka | majitel | majitelka | najemce | hrac | hracka | klientka | kupujici",
    "kupujuci | wlasciciel | wlascicielka | najemca | kursant | kursantka | paciens | gazdi | gazda neve | tulajdonos | berlo | vevo | vevo neve | tanulo",
    "chirias | proprietar | cursant | vlasnik | vlasnica | najmoprimac | gost | gosc | gosca | pacijent | pacijentica | ucenik | ucenica | polaznik",
    "polaznica | klijent | stranka | lastnik | lastnica | najemnik | собственик | пациент | пациентка | наемател | владелец | арендатор | покупатель | гость",
    "гост | власник | пацієнт | покупець | орендар | ιδιοκτητησ | ασθενησ | μαθητησ | ενοικιαστησ | kiraci | misafir | ogrenci | sahibi | uye | eigandi",
    "sjuklingur | vidskiptavinur | leigjandi | nafn | nafn vidskiptavinar | emer | enw | 飼い主 | 飼い主名 | 患者名 | 患者 | 利用者 | 利用者名 | 客户 | 顾客",
    "患者姓名 | 宠主 | 宠主姓名 | 业主 | 고객 | 고객 이름 | 환자명 | 보호자 | 보호자명 | chu nuoi | benh nhan | ten benh nhan | pemilik | pasien | nama pasien",
    "account | account name | ugyfel | ugyfel neve | vasarlo | vasarlo neve | paciens neve | vendeg | tag neve | abonne | abonnee | lecteur | lectrice",
    "yetkili | yetkili kisi | reader | patron | leser | leserin | lezer | lettore | lettrice | lector | lectora | leitor | leitora | czytelnik | lukija",
    "czytelniczka | ctenar | ctenarka | citatel | citatelka | olvaso | читатель | читач | αναγνωστησ | okur | 이름",
    "nama | الاسم | اسم العميل | العميل | اسم الزبون | שם | שם לקוח | שם הלקוח | לקוח",
    "penyewa | ชื่อ สกุล | ลูกค้า | ชื่อลูกค้า | ग्राहक | ग्राहक का नाम | नाम",
)
# Who may be meant beside a customer, as the tutor of a student is.
OF_ANOTHER: Final = Terms("account | account name | patron | reader | yetkili | yetkili kisi | tutor | tutora | tutor legal | tutor a | seller | seller name")
LAST_NAMES: Final = (
    "perenimi | 1er apellido | apellido 1 | nom usuel | nom de naissance | nom patronymique | familiennamen | efternavne | efternavn e | eftirnafn",
    "kenninafn | cyfenw | sloinne | abizena | abizenak | mbiemri | ultimo apelido | 名字 | nama keluarga | фамилно име | фамилия клиента | naam achternaam",
    "apellido del cliente | achternaam klant | familynames | surnames | last names | นามสกุล | उपनाम",
)
FIRST_NAMES: Final = (
    "ristinimi | fornafn | eiginnafn | prenom usuel | prenom du client | собствено име | лично име | izena | emri | enw cyntaf | enw first name | vor name",
    "nombres | given names | first names | ชื่อ | ชื่อจริง | पहला नाम",
)
# What the number of a customer is called.
NUMBERS: Final = (
    "nhc | n h c | n historia clinica | numero de historia clinica | no historia | historia clinica | mrn | chart no | chart number | patient no",
    "matricola | n matricola | matricule | n matricule | matricula | n matricula | tessera no | tessera nr | codice tessera | numero socio | n socio",
    "no socio | no socia | n utente | utente n | numero utente | numero de utente | no utente | n dossier | numero de dossier | numero dossier",
    "n adherent | debitor | debitornr | debitornummer | debitorennr | debitorennummer | debitor nr | debiteur | debiteurnr | debiteurnummer | debtor no",
    "debtor code | pat nr | patnr | patientennr | patientennummer | patientnr | patientnummer | lidnr | relatienummer | relatienr | vevokod | partnerkod",
    "ugyfelkod | kartoteka | nr kartoteki | numer kartoteki | numer karty klienta | kliendi nr | kliendikood | kliendinumber | klienta kods",
    "klienta numurs | kliento kodas | kliento nr | kliento numeris | st stranke | stevilka stranke | sifra pacijenta | broj klijenta | broj kupca",
    "nr pacient | cod pacient | musteri kodu | uye no | musteri no | hasta no | лицевой счет | номер клиента | номер пациента | номер карты пациента",
    "код пациента | клиентски номер | код клієнта | номер клієнта | カルテ番号 | 診察券番号 | 患者番号 | 会員no | お客様no | 病历号 | 会员卡号",
    "患者编号 | 차트번호 | 환자번호 | no pelanggan | id pelanggan | no anggota | id anggota | jasennumero | jasennro",
    "رقم العميل | رقم الزبون | رقم العضوية | رقم المريض | كود العميل | מספר לקוח | מס לקוח | מספר הלקוח | קוד לקוח | מספר חבר | מספר מנוי",
    "acc no | acc nr | acc | a c | a c no | cust no | cust id | patron id | patron no | reader no | nr goscia | gaestenr | nr pacjenta | n abonne",
    "numero abonne | no abonne | n° abonne | st gosta | st clana | st kupca | cari kod | cari kodu",
    "n° dossier | nº dossier | nº historia | n° matricule | nº utente | n° tessera | potilasnumero | rhif cwsmer | bazkide zk | bazkide zenbakia",
)
# Who of a shop did something.
WORKERS: Final = (
    "worker | workers | case worker | support worker | volunteer | coordinator | receptionist | cashier | team member | dealt with by | handled by",
    "personel | gorevli | calisan | kasiyer | resepsiyon | yapan | kaydi yapan | angajat | angajata | lucrator | casier | receptioner",
    "bediener | bedienung | sachbearbeitung | rezeption | kassierer | kassiererin | verkaufer | verkauferin | personale | addetto | addetta | incaricato",
    "incaricata | collaboratore | collaboratrice | trabajador | trabajadora | colaborador | colaboradora | atendente | recepcionista | recepcao",
    "encargado | encargada | caissier | caissiere | vendeur | vendeuse | hotesse | charge de clientele | baliemedewerker | ekspedient | ekspeditor",
    "ansat | betjent af | kasserer | handlagd av | expedit | kassor | virkailija | myyja | hoitaja | tyontekija | kasittelija | obsluga | recepcja",
    "obsluhoval* | obsluha | recepcni | pracovnik* | pracovnice | referent | djelatnik | djelatnica | zaposlenik | zaposlenica | zaposleni | radnik",
    "radnica | sluzbenik | sluzbenica | delavec | delavka | usluzbenec | usluzbenka | dolgozo | munkatars | ugyintezo | darbuotoj* | darbiniek* | tootaja",
    "υπαλληλοσ | χειριστησ | ταμιασ | καταχωρησε | служител | служителка | работник* | кассир* | працівник* | співробітник* | касир* | оператор*",
    "karyawan | pegawai | kasir | staf | nguoi ghi | nguoi lap | nguoi nhap | nguoi thuc hien | nguoi xu ly | *직원* | *작성자* | *처리자* | *등록자*",
    "*スタッフ* | *対応者* | *操作人* | *操作员* | *处理人* | *记录人* | *登记人* | *店员*",
    "על ידי | ע י | נציג | נציגה | מטפל | מטפלת | עובדת | موظف | الموظفة | المسؤول | المسؤولة | المستخدم | العامل | من قبل",
)
# Headers of customers, which hold their numbers in one file, and their names in another: cells tell.
NAME_OR_NUMBER: Final = Terms(
    "account | customer | client | member | kund | kunde | kundin | klant | lid | socio | socia | cliente | adherent | abonne | klient | zakaznik | czlonek",
    "clen | medlem | asiakas | jasen | ugyfel | musteri | uye | klijent | stranka | πελατησ | клиент | клієнт | historia | mitglied | patient | debtor",
)
# Numbers of cards and of taxes: a customer's where no other column is.
SECOND_NUMBERS: Final = Terms(
    "card no | card number | card nr | card # | library card | library card no | member card no | nr karty | numer karty | n carte | n° carte | no carte",
    "numero de carte | kartennr | kartennummer | karten nr | kortnr | kortnummer | kaartnr | kaartnummer | n tarjeta | numero de tarjeta | no tarjeta",
    "n carta | numero carta | n cartao | numero do cartao | cislo karty | c karty | kart no | kart numarasi | korttinumero | broj kartice | nr card",
    "no картки | номер картки | номер карты | no карты | αριθμοσ καρτασ | kartyaszam | no kartu | nomor kartu | nif",
)
# Whole names where no other column holds family names.
ALONE: Final = Terms("이름")
# Numbers that a country gives to people: a shop may know its customers by them.
NATIONAL_ID: Final = Terms(
    "dni | d n i | nie | pesel | oib | jmbg | emso | cnp | егн | isikukood | asmens kodas | personas kods | hetu | henkilotunnus | kennitala | αμκα | taj",
    "cf | codice fiscale | rodne cislo | personnummer | fodselsnummer | cpr | cpr nr | tc kimlik | tc kimlik no | tckn | bsn | cpf | rut | run | curp | cedula",
    "aadhaar | nik | снилс | マイナンバー | 身份证 | 身份证号 | 身份证号码 | 주민등록번호",
)
