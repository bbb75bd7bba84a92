"""Words of headers in several languages that sound of a flag on a customer, and are about something else, or may be; written as in `flagwords`."""

from typing import Final

from pipeline.legacy.terms import Terms

# Words of flags that may mean something else as well: a person is asked.
SOFT: Final = Terms(
    "cuidado",
    "waarschuwen | strike | strikes | blockade* | blokad* | exclusions | interdits | vietati | sospensioni | bloquant* | embargo* | watchlist | watch list",
    "caution | refuse | richiam* | segnalat* | suspenso | suspensos | in sospeso | engel | engeli | zakazan | zakazany | zakazana | zakazane | предупредить",
    "attention | avis | aviso* | problem* | problema* | important* | wichtig* | belangrijk* | viktig* | vigtig* | vip | is vip | markier* | wazn*",
    "dulezit* | held | hold | holds | signale* | locked | ban | block | esto | veto | alarm* | tarke* | churn* | exclu | pas pa | zakaz | verbot",
    "debtor* | arrears | in arrears | overdue | delinquent* | schuldner* | zahlungsverzug | mahnstufe* | dluzni* | moros* | deudor* | debitore | impay*",
    "inkasso* | zalega* | saumig* | wanbetal*",
    "difficult* | difficil* | schwierig* | lastig* | concern* | trudny | trudna | besvarlig* | vanskelig* | hankala | obs | bemaerk | saerligt",
    "dangerous* | handle with care | neplatic* | spatny platce | darlig betaler | mau pagador | devedor* | caloteir* | retard* de paiement | litige*",
    "avvis* | segnalaz* | vigilance | a verifier | signalement*",
    "важн* | вниман* | проблем* | *注意* | *重要* | *保留* | *중요*",
    "engelli | blockhaus* | suspension | prohibid* | προσοχη | allarm* | alerts | alerts on | alertas | allerte | fontos | onemli",
)
# Columns that are about something else than a flag on a customer.
NOT_A_FLAG: Final = Terms(
    "suoramarkkinointikielto | markkinointikielto | mainoskielto | tupakointikielto | prepoved kajenja | cấm hút thuốc",
    "wie waarschuwen | waarschuwen bij* | te waarschuwen | ammoniaca | sperrig* | blockkurs* | sperrzeit* | sperrtag* | sperrzone* | sperrsitz*",
    "warnwert* | warntag* | zawieszk* | bloki | bloker | blokery | bloques | blokhut* | blokhak* | blokken | blokvogn* | blockhus* | estolaake* | bannister*",
    "geblokkeerde data | uitgesloten data | date bloccate | date bloquee* | dates bloquees | blokowane terminy | zablokowane terminy | blokovane terminy",
    "spaerretid* | sperretid* | warn day before | do not deliver before | no entry before | do not use front | ne pas livrer avant | alertness | suspenders",
    "advarselslys* | флагшток* | riskier",
    "blockflot* | blokflojt* | blockflojt* | blokfluit* | blokflote* | blocket | sparring* | blokuren | bloktijd* | blockzeit* | sperrstund* | sperrminor*",
    "refuse day* | refuse bin* | refuse collect* | day of refuse | da richiamare | richiamo vaccin* | segnalatore* | блокнот* | riskiruhm*",
    "blok no | block no | block number | blok numarasi | suspended ceiling | risco cirurg*",
    "varos | alue | kaupunki | mesto | miasto | город | πολη | sehir | woonplaats | paikkakunta | localidad | localita | postcode* | postnummer | postnr",
    "breed | rasse | raza | razza | raca | порода | abonnement* | рассылк*",
    "newsletter* | marketing* | *marketing | consent* | opt in | opt out | optin | optout | gdpr | dsgvo | rgpd | avg | subscri* | accept* | sms*",
    "tax* | werbung | publicid* | einwillig* | *mail* | epost | correo | call | contact | disturb | phone* | telefon* | post | primary | verified",
    "*撮影* | *写真* | *掲載* | *広告* | *ペット* | *喫煙* | *駐車* | *拍照* | *摄影*",
    "*告知书* | *告知書* | *提示* | *已签* | *已阅* | *已读* | *警告灯* | *条款* | *吸烟*",
    "*사진* | *촬영* | *광고* | *흡연* | *주차* | *동의서*",
    "gender | sex | address* | street | strasse | adres* | direc* | adress* | city | stadt | ort | ciudad | ville | zip* | postal* | plz | country",
    "land | pays | pais | birth* | geburt* | nacim* | naiss* | title | anrede | language | sprache | iscompany | is company | seats | seat | hotel",
    "release | print* | geschlecht | titel | bonus* | vorname | nachname | reklam* | mailing* | utskick | reminder* | is business",
    "avisering* | aviseringar | notific* | archiv* | unsubscrib* | inactiv* | inaktiv* | deleted",
    "benachrichtig* | member | mitglied | stammkunde | deceased | privat* | taxable | exempt*",
    "sperrmull* | sperrgut* | sperrholz* | blockunterricht* | werbesperr* | mahnsperr* | warnwest* | warndreieck* | risikolebens* | risk assessment*",
    "caution vers* | caution rend* | caution pay* | caution encaiss* | caution restitu* | caution rec* | caution depos* | caution deposee | cheque caution",
    "cheque de caution | montant caution | montant de la caution | caution eur* | caution euros",
    "risk insurance | suspended ceiling | blocked drain* | refuse collection | caution deposit* | blocco note | vietato fumare | prohibido fumar",
    "calendar* | kalender* | agendadag* | kalendarz* | calendrier* | calendario* | days | dates | tage | jours | dias | giorni | dagar | dagen | dni | dny",
    "substance* | drain* | sizes | *休業日* | stop number | bus stop*",
    "by text | by sms | by email | enabled | sent | stock | flag day | risk assess* | credit card* | kreditkart* | no go zone",
    "nieuwsbrief* | nyhetsbrev* | nyhedsbrev* | infolettre* | boletin* | lettre d information | inscrit a la lettre | biuletyn* | hirlevel*",
    "zpravodaj* | uutiskirje* | bulten | e bulten | *メルマガ* | gift aid | rodo | staff member",
    "jazyk* | idioma* | langue* | taal | sprog | zahlungsart | zahlweise | reglement | metodo de pago | forma de pagamento | forma de pago",
    "betaalmethode | zpusob platby | paid by | payment method | payment terms | payment type | deposit | deposit paid | anzahlung* | acompte* | fianza*",
    "sinal | borg | depositum | zaloha* | how did | como nos | wie auf uns | account manager | pets | animais | vaccin*",
    "blocco listin* | blocco prezz* | blocco scont* | preissperr* | rabattsperr* | price lock* | price block* | *メール* | *短信*",
    "hold harmless* | interdit aux chiens | escluso iva | banniere | engelli | engelli mi | text alert* | blockbuchung* | blokboeking* | blockbokning*",
    "todo riesgo | todo risco | contra todos os riscos | all risk | all risks | allrisk* | tous risques | block booking* | group block* | alert bracelet*",
    "price alert* | alerta de preco* | alerte prix | advertencia legal* | aviso legal* | warning leaflet* | warning label* | safety warning*",
    "blacklist check* | black list check* | checked against* | background check* | dbs check* | alarmanlage* | alarm system* | alarmsystem* | locker*",
    "systeme d alarme | sistema d allarme | sistema de alarma* | kluis* | spind | casier | taquilla* | armadietto | szafka*",
    "blokbooking* | risikobelehr* | risikoaufklar* | risikoerkl* | riskivakuut* | *kunftssperr* | wegfahrsperr* | kindersperr* | sperrgepack* | warnanlage*",
)
# Words of trouble: beside words about something else they tell that a column may be of a flag all the same, as Rude on the phone.
TROUBLE: Final = Terms(
    "unsafe | hostil* | abus* | rude* | threat* | aggress* | agress* | agres*",
    "aggressiv* | police | sex offend* | offend* | offence* | forfeit* | broken | broke",
    "bounced | returned | never returned | post dated | postdated | collections",
    "collector* | solicitor* | lawyer* | legal* | lawsuit | court | final demand",
    "stole* | steal* | thief | thieves | theft | assault* | violen* | harass* | stalk* | trespass* | refus* | rejected | denied | deny | unwelcome",
    "unacceptable | disput* | complain* | chargeback* | fraud* | scam* | fake* | forged",
    "ejected | eject | expel* | evict* | kicked | drunk* | weapon* | drugs",
    "liar* | lied | damage* | destroy* | unpaid | owes | owing | withheld",
    "misus* | misconduct | insult* | nuisance | disruptive | danger* | hazard* | avoid*",
    "peligros* | agresiv* | amenaz* | violent* | robo | robad* | ladron*",
    "denunci* | retenid* | impagad* | devuelt* | insult* | grosero | evitar | expulsad*",
    "dangereu* | agressi* | menac* | vol | vole | voleur* | violent*",
    "impolie* | insult* | retenue* | encaissee | sous reserve | eviter | expuls* | interdit*",
    "gefahr* | gefaehr* | aggressiv* | bedroh* | droht* | diebstahl* | dieb | gewalt* | ausfallig* | ausfaellig* | beleidig* | meiden | anwalt | polizei",
    "einbehalten | rausgeworfen | ausgeschlossen | mahnung* | unbezahlt* | offene posten | belastig* | unfreundlich*",
    "pericolos* | aggressiv* | minacci* | rubat* | furto | ladr* | violent* | insult* | trattenut* | evitare | espuls* | insolut* | polizia | denunci*",
    "gevaarlijk* | agressie* | bedreig* | diefstal* | geweld* | grof* | belediging* | ingehouden | vermijden | geroyeerd | royement | onbetaald* | politie",
    "perigos* | agressiv* | ameac* | roubo* | ladra* | violent* | insult* | retida | retido | evitar | expuls* | policia",
    "farlig* | hotfull* | hotar | hot | stold* | stulit | vald*",
    "otrevlig* | forolamp* | undvik* | utesluten | obetald* | polis | betalar sent | sent betalar",
    "truende | truet | vold* | tyveri* | stjalet | stjalen | fornaerm* | undga* | ubetalt* | politi | aggressiv*",
    "niebezpieczn* | agresywn* | groz* | grozi | kradziez* | ukradl* | przemoc* | obrazliw* | unika* | zatrzyman* | niezaplacon* | policja | windykac*",
    "nebezpecn* | agresivn* | vyhroz* | hrozb* | kradez* | ukradl* | nasil* | urazi* | vyhyb* | nezaplacen* | nezaplaten* | policie | policia",
    "veszelyes* | agressziv* | fenyeget* | lopas* | lopott | eroszak* | kerulend*",
    "fizetetlen* | rendorseg | periculos* | agresiv* | amenint* | furat* | neplatit*",
    "vaarallinen | aggressiiv* | uhkail* | varas* | vakivalta* | valta* | maksamat*",
    "poliisi | tehlikeli | saldirgan | tehdit* | hirsiz* | siddet* | odenmemis | polis",
    "опасн* | агрессивн* | угроз* | угрож* | краж* | украл* | насили* | груб* | оскорб* | неоплач* | полици* | небезпечн* | агресивн* | погроз* | крадіж*",
    "επικινδυν* | επιθετικ* | απειλ* | κλοπ* | απληρωτ* | *危険* | *暴力* | *脅迫* | *盗難* | *未払*",
    "*迷惑* | *危险* | *暴力* | *威胁* | *偷* | *欠款* | *위험* | *폭력* | *협박* | *절도* | *미납*",
)
# How a header begins that denies something, and what it may deny without trouble: that something is sent or said to a customer.
DENIES: Final = r"^(?:do not|don t|dont|never|nicht mehr|nie wieder|ne plus|ne pas|niet meer|nao|non|nie|inte|ta inte|ikke|no(?= \S+[aei]r\b)) "
CHANNELS: Final = Terms(
    "do | does | not | don t | dont | no | never | nicht | kein* | keine* | nie | ne",
    "pas | plus | non | nao | niet | geen | inte | ikke | ej | not to | please | bitte | s il vous plait",
    "call | calls | anrufe | email | emails | e mail | e mails | mail | mails | mailing*",
    "sms | text | texts | phone | phones | post | disturb | newsletter* | marketing",
    "promo* | advert* | share | sell | telefon* | phone calls | anrufen",
    "anruf | werbung | contacter* | telephone* | courrier* | llamar | correo* | publicidad",
    "chiamare | pubblicita | bellen | post* | ringa | ring | reklam* | dzwonic | by | via | per | par | por | pelo | am | om | me | us | track | spam",
)
# A block of houses, and the day on which something comes again.
HOUSES: Final = Terms("block | blok | blk | bloc | bloque | bloco | blocco | blokk | tomb | блок | bloku")
NEXT: Final = Terms("next | prossim* | proxim* | prochain* | nachst* | volgende | nasta | naeste | neste | seuraava* | nastepn* | pristi | kovetkezo | sonraki")
