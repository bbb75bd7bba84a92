"""Words of headers and cells in several languages that tell of flags, by which a draft of a map guesses rules.

Letters without accents, small. Words are separated by a bar, a phrase has blanks between its words, and a * stands for any further letters of a word:
nothing is found inside a word unless it is written so.
"""

from typing import Final

from pipeline.legacy.letwords import NOT_LET
from pipeline.legacy.terms import Terms

# Flag type that is proposed → families of words that belong together: a column of a family's reason, person or day goes with that family's flag.
FLAG_FAMILIES: Final[dict[str, tuple[Terms, ...]]] = {
    "On Hold": (
        Terms(
            "block* | *blocked | blocklist* | geblok* | blok* | blocc* | bloqu* | bloke* | zablok* | blocag* | blocat* | letilt* | tiltott",
            "engellendi | engellenen | engelleme* | diblokir* | debloc* | kara liste* | engel | engeli",
            "разблок* | розблок* | ξεμπλοκ*",
            "zablokovan* | isblocked | tiltas* | tiltolist* | kitilt* | unblock* | debloqu* | desbloque* | sbloc* | odblok* | deblok* | avblokk*",
            "suspes* | suspendat* | deblocage* | desbloqueo* | desbloqueio* | sospes* | sospension* | suspendid* | suspens* | geschorst | schorsing*",
            "αποκλει* | μπλοκ* | блок* | заблок* | *ブロック* | *블록* | *차단* | *拉黑* | *屏蔽* | *封禁*",
        ),
        Terms(
            "sperr* | *gesperr* | *sperre | *gesperrt | ausgesperrt | sparr | sparra* | sparrn* | sparren | sparrtid* | avsparr* | spaerr*",
            "spaerret | sperret | avstang* | utestang*",
            "utesteng* | kundensperr* | kontosperr* | buchungssperr* | kundespaerr* | entsperr*",
        ),
        Terms(
            "ban | bans | banned | isbanned | banni* | baneado | baneada | banido | banida | verbannt | verbannen | bannlyst | bandlyst",
            "portforbud | porttikiel* | adgangsforbud | hausverbot* | lokalverbot* | kaufverbot* | porttikielto | portkielto | toegangsverbod | pandverbod",
            "toegang ontzegd | ontzegd* | ontzegging* | bann | zakaz wstepu | excluded | excluido | excluida | exclusion | exclusions | exclusao",
            "uitgesloten | ausgeschlossen | ausschluss | debanni* | trespassed | trespass notice | fahrverbot* | verboten | sancionad*",
            "platzverbot* | studioverbot* | lieferstop* | leverstop* | royement* | geweigerd | exclue | radie | radiee | acceso denegado | espulso | espulsa",
            "divieto di accesso | zbanowan* | na czarnej liscie | odmitnut* | portad | utesluten | udeluk* | afvist | karanten* | varausesto | toimitusesto",
            "espulsion* | luottokielto | barrado | barrada | denied entry | entry denied | expelled | ejected | embargo*",
            "zakazal* | zabanov* | zbanowal* | vyloucil* | vylucil* | vylucen* | wykluczyl* | banovan* | banovao | banovala | baniran* | banirao | banirala",
            "prepovedal* | prepovedan* | izkljucen* | izkljucil* | iskljucen* | iskljucio | iskljucila | izbacen* | izbacio | izbacila | baniu | proibiu",
            "vetou | prohibio | забан* | keelatud | keelas | keelaja | kizart | kizarta | kizarva | bannolt* | uzdraust* | uzdraude | aizliegt* | aizliedza",
            "bortvist | udelukket | karantaen* | unban* | bannato | bannata | yasak* | persona non grata | non grata | verbannte*",
        ),
        Terms(
            "svartelist* | sorteliste* | blacklist* | black list* | schwarze liste",
            "schwarzeliste | lista negra | listanegra | liste noire | listenoire | zwarte lijst",
            "zwartelijst | czarn* list* | cern* listin* | svartlist* | svart* list*",
            "sortliste* | sort list* | sorte list* | musta* list* | mustalla listalla",
            "juodasis sarasas | juodajame sarase | melnais saraksts | must nimekiri | черен спис* | cierny zoznam | crni popis | crni seznam",
            "crna lista | daftar hitam | danh sach den | lista de bloqueio | negativad*",
            "lista nera | listanera | feketelist* | lista neagra | kara liste | cierna listina",
            "רשימה שחורה | القائمة السوداء | قائمة سوداء | บัญชีดำ | บัญชี ดำ | แบล็กลิสต์ | แบล็คลิสต์ | ब्लैकलिस्ट | काली सूची",
            "μαυρη λιστα | черн* спис* | чорн* спис* | стоп лист* | *ブラックリスト* | *黑名单* | *黑名單* | *블랙리스트*",
        ),
        Terms(
            "no booking* before | no bookings until",
            "dnr | dnb | d n r | d n b | do not book* | do not serve* | do not accept | do not rent* | do not admit* | do not hire | do not sell",
            "do not deal | do not schedule | do not service | do not see | do not host | do not rebook | do not check in | do not allow*",
            "do not board | do not lend | do not loan | do not groom | do not treat",
            *NOT_LET,
            "do not ship | do not deliver | do not return | do not use | do not let in | do not work with | donotbook | donotserve | donotrent",
            "don t book | don t serve | don t rent | no go* | nogo* | nicht buchen | nicht bedienen | nicht annehmen | nicht mehr buchen",
            "nicht mehr annehmen | nicht mehr bedienen | ne pas accepter | ne pas servir | ne pas reserver | ne pas prendre | ne pas louer",
            "ne plus accepter | ne plus servir | ne plus prendre | ne plus reserver | non servire | non accettare | non prenotare | no servir",
            "no atender | no reservar | no aceptar | nao atender | nao servir | nao reservar | nao aceitar | niet boeken | niet meer boeken",
            "niet meer helpen | niet meer toelaten | niet helpen | niet accepteren | inte boka | ej boka | boka ej | ikke book* | ikke bestill*",
            "nie obslugiwac | nie rezerwowac | neobsluhovat | nerezervovat | ala varaa | ei saa varata | ei varauksia | refuse* | refused service",
            "not welcome | unwelcome | unerwunscht | unerwuenscht | indesiderat* | indeseab* | indesead* | indesejad* | indesirable",
            "indezirabil* | ongewenst* | neubytovavat | niet inplannen | niet meer inplannen",
            "keine buchung* | kein einlass | kein zutritt | zakaz vstupu | nicht einplanen | uonsket | oonskad",
            "no entry | no bookings | no booking | nicht vermieten | nicht beliefern | nicht verkaufen | niet leveren | niet verhuren | niet bedienen",
            "no alquilar | no vender | no admitir | non noleggiare | non vendere | nao alugar | nao vender | inte hyra ut | ej uthyrning | ikke udlej*",
            "nie wypozyczac | nie sprzedawac | nepujcovat | neprodavat | ne pas vendre | ne plus louer | ne pas livrer | no llogar | nu inchiria",
            "не обслуж* | не брон* | не принима* | *出入禁止* | *出禁* | *予約不可* | *お断り* | *예약불가*",
        ),
        Terms(
            "estetty* | estetyt | estetaan | esto | eston | estol* | estossa | kielletty | kielto | ostokielto | varauskielto | asiakaskielto",
            "lainauskielto | vuokrauskielto | kayttokielto | sisaanpaasykielto | osallistumiskielto | salikielto | hallikielto | palvelukielto | tilauskielto",
            "asiointikielto | oleskelukielto | ajanvarauskielto | toimituskielto | myyntikielto | maaraaikainen porttikielto | lainakielto",
        ),
        Terms(
            "on hold | onhold | on stop | onstop | credit stop | hold | holds | held | suspen* | sospes* | zawiesz* | pozastav* | geschorst | suspendert",
            "suspenderad | suspenderet",
            "pausert | pidossa | in attesa di pagamento",
            "*予約停止* | *取引停止* | *停止发货* | *停止合作* | *거래중지* | *거래 중지* | *이용정지*",
            "приостан* | *保留* | *利用停止* | *暂停* | *정지* | *보류*",
        ),
        Terms(
            "interdi* | prohib* | vietat* | vetad* | veto | verboden | verbod | verboten | verbot | proibid* | forbud | forbjud* | forbudt | zakaz",
            "zakazan | zakazany | zakazana | zakazane",
            "exclu | exclus | excluido | excluida | ausgeschlossen | uitgesloten | wykluczon* | escluso | esclusa | barred",
            "locked | account locked | vyloucen* | expuls*",
            "חסימה | חסימת | חסימות | נחסם | נחסמה | حظر | الحظر",
            "חסום | חסומה | محظور | محظورة | موقوف | موقوفة | bi chan | bi cam | cấm | interzis* | แบน | ถูกแบน | ห้าม | ระงับ | ถูกระงับ | प्रतिबंधित",
            "cam thue | cấm thuê | cấm đặt | cấm đặt lịch | cấm đặt phòng | cấm vào | cấm bán | cấm mua | cấm mượn | cấm tập | cấm phục vụ",
            "prepoved | prepovedi | prepoved vstopa | prepoved najema | zabran* | απαγορευ* | απαγορευση | tilos | запре* | *利用禁止* | *禁止* | *금지*",
        ),
    ),
    "At Risk": (
        Terms(
            "risk | risks | risky | *risk | *risiko | risiko* | riesgo* | rischio* | risque* | risico* | *risico | ryzyk* | rizik* | riski*",
            "*riski | risco | riscos | risker | churn* | gefahrdet* | gefaehrdet* | abwanderung* | kockazat* | risc | riscuri",
            "riskli* | риск* | *リスク* | *风险* | *위험*",
        ),
        Terms(
            "cattivo pagatore | dalig betalare | riskkund* | impago* | conflictiv*",
            "debtor* | bad debt* | bad payer* | slow payer* | late payer* | arrears | in arrears | overdue | delinquent* | schuldner* | zahlungsverzug",
            "saumig* | mahnstufe* | dluzni* | moros* | deudor* | debitore | impay* | mauvais payeur | wanbetal* | inadimplent* | skyldner* | gaeldner*",
            "dluznik* | zalega* | maksuhair* | inkasso* | neplatic* | spatny platce | darlig betaler | mau pagador | devedor* | caloteir*",
            "retard* de paiement | litige*",
        ),
    ),
    "Alert": (Terms("alert* | alerte* | alerta* | allert* | alarm* | allarm* | тревог* | алерт* | *アラート* | *警报* | *알림*"),),
    "Warning": (
        Terms(
            "flag | flags | flagged | isflagged | flag customer | flaga | flagga* | flaggad | flagget | customerflag | markier* | markiert",
            "oznaczon* | signale* | segnalat* | segnalaz* | signalement*",
        ),
        Terms(
            "verwarn* | *verwarnung* | abgemahnt* | abmahn* | upomnien* | varnad* | advaret | advart | diffida* | strike | strikes",
            "gewaarschuw* | averti | avertie | amonest* | richiam* | ammoni* | advertid* | atentionar* | napomenut*",
            "warn* | *warnung | *warning | achtung | avertiss* | avis | aviso*",
            "advertenc* | avvis* | avvert* | waarschuwing* | waarschuwen | let op | letop",
            "attenz* | attention | atencion | atencao | advarsel* | advars* | varning*",
            "ostrzez* | uwaga | varovani | varovan | varovana | upozorn* | varoit*",
            "ostrzeg* | προσοχη | προειδοποι* | avertisment* | atentie | atentii",
            "попередж* | peringatan* | paznja | upozorenj* | คำเตือน* | تحذير* | אזהרה* | चेतावनी",
            "предупр* | вниман* | осторожн* | проблем* | флаг* | *警告* | *要注意* | *注意* | *フラグ* | *标记* | *주의* | *경고*",
            "vorsicht* | caution | precaucion | pozor | figyelmezt* | uyari | problem* | *problem | probleme* | problema*",
            "auffallig* | auffaellig* | avertizare | pas pa | vigilance | a surveiller | a verifier | a risque",
            "upozoren* | fokozott figyelem | figyelem* | de urmarit | k sledovani | sledovat | скандал* | конфликт*",
            "watchlist | watch list | heads up | beware | watch out | mise en garde | opgelet",
            "waspada | canh bao | cuidado",
            "vystraha* | dikkat | difficult* | difficil* | schwierig* | lastig* | concern*",
            "obs | bemaerk | saerligt | dangerous* | handle with care | trudny | trudna | besvarlig* | vanskelig* | hankala",
        ),
    ),
    "Important": (
        Terms(
            "important | importante | wichtig* | belangrijk* | viktig* | vigtig*",
            "vip | is vip | vazno | vazn* | wazn* | dulezit* | tarke* | fontos | onemli",
            "важн* | вип | *重要* | *중요*",
        ),
    ),
}
FAMILIES: Final = tuple(terms for families in FLAG_FAMILIES.values() for terms in families)
# Words for the end of a flag, or for the opposite of one.
# Sheets of flags that are over.
OVER: Final = Terms(
    "past | former* | old | ended | previous* | archiv* | expired | ehemalig* | alte | fruhere | vergangen* | abgelaufen*",
    "ancien* | passe* | vecchi* | passat* | precedent* | oude | vorige | verlopen | pasad* | antigu* | anterior* | passad*",
    "tidligere | gamle | gamla | tidigare",
    "byly | bylych | byvali | stare | stary | poprzedn* | minul* | korabbi* | vechi | eski | прошл* | бывш* | стар* | *過去* | *过去* | *과거*",
)
ENDED: Final = Terms(
    "deblocage* | desbloqueo* | desbloqueio* | debanni* | riammess* | readmit* | readmis* | *解除*",
    "unblock* | entsperr* | debloqu* | desbloque* | sbloc* | odblok* | deblok* | gedeblok* | avblokk* | unban* | unflag* | un flagged | un blocked",
    "unlock* | lifted | aufgehoben* | freigegeben* | freigabe* | opphev* | ophaev* | havd | havt | upphavd* | opgeheven | leve | levee | levantad*",
    "odvolan* | released | reinstated | removed | entfernt | not blocked | nicht gesperrt | not banned | ikke spaerret | ej sparrad | no bloqueado",
    "non bloccato | niet geblokkeerd | zruseno | off hold | taken off | cleared | resolved | settled | closed on | erledigt*",
    "разблок* | розблок* | снятие | снятия | снят | снята | aufheb* | aufhebungs* | opheffing* | deblocar* | zdjecia blok* | kaldirilma* | 解封* | 停用日*",
    "*取消拉黑* | *拉黑取消* | *黑名单*移* | *移*黑名单* | *取消警告* | *警告取消* | *해제* | *경고취소* | *解禁*",
)
ACCEPTED: Final = Terms(
    "accept booking* | accept order* | accept client* | accept customer* | accept this | still accept* | accepts booking* | take booking*",
)
ALLOWED: Final = Terms(
    "allowed | may * | can book | darf * | erlaubt | autorise | permitido | permesso | mag * | tillaten | tilladt | tillatt | sallittu",
    "dozwolon* | povolen* | can * | ok to * | okay to * | puede * | pode * | puo * | peut * | kan * | freigabe* | freigegeben* | welcome | bookable",
    "buchbar* | active | aktiv* | actif | activo | activa | attivo | attiva | ativo | ativa | actief",
)

TAGS: Final = Terms(
    "tag | tags | customer tags | client tags | label | labels | etikett* | etiquet* | categor* | kategor* | schlagw* | segment | segments",
    "segmente | segmento | merkmal | merkmale | group | groups | gruppe | gruppen | grupper | kundengruppe | groep | groepen | grupo | grupos",
    "gruppo | groupe | groupes | grupa | grupy | skupina | ryhma | taggar | tagger | stichwort* | schlagworte | merker | markers | trefwoorden",
    "avainsanat | stitk* | tunniste*",
    "etichet* | etykiet* | etiketler | cimk* | метк* | тег* | ярлык* | категори* | *タグ* | *ラベル* | *カテゴリ* | *标签* | *태그* | *라벨*",
)
LISTS: Final = Terms("flags | alerts | warnings | flagi | banderas | vlaggen | markierungen | warnungen | hinweise")
# Headers of levels and colours, of which some say that there is a flag.
LEVELS: Final = Terms(
    "ampel* | *ampel | traffic light* | trafficlight | rag | rag status | verkeerslicht | stoplicht | feu | semaforo | trafikljus | trafiklys",
    "sygnalizacja | semafor | liikennevalo* | hazard | severity | schweregrad | threat level",
)
GRADES: Final = Terms(
    "rating* | grade* | score* | bewertung* | klasse | kundenklasse | klassifiz* | classific* | clasific* | classe | beoordeling* | betyg* | vurdering*",
    "karakter | arvosana* | luokka | asiakasluokka | ocena | hodnocen* | ertekeles* | valutazion* | puntuacion | avaliac* | degerlendirme | оценка | рейтинг",
)
COLOURS: Final = Terms("colour | color | farbe | kleur | couleur | colore | cor | farg | farve | farge | kolor | barva | vari | szin")
LEVEL_HIGH: Final = Terms(
    "high | very high | severe | critical | red | hoch | sehr hoch | kritisch | rot | hoog | zeer hoog | rood | haut | eleve | elevee | critique",
    "rouge | alto | alta | muy alto | rojo | roja | vermelho | rosso | hog | rod | rott | kritisk | hoj | hoy | wysok* | czerwon* | vysok*",
    "cerven* | korkea | punainen | magas | piros | 3 red | r | rosu | rosie",
    "crven* | kirmizi | merah | do | красн* | червон* | червен* | raudon* | vermell*",
    "высок* | υψηλ* | ψηλ* | suuri | fort | forte | erhoht* | grav* | alt | mare | 高 | 高い | 높음 | 상",
    "punane | sarkan* | vysoka | висок* | ridicat* | tinggi | cao | visok* | yuksek | aukst* | korge | augst*",
)
RED: Final = Terms(
    "red | rot | rood | rouge | rojo | roja | vermelho | rosso | rod | rott | czerwon* | cerven* | punainen | piros | rosu",
    "r | rosie | crven* | kirmizi | merah | do | красн* | червон* | червен* | raudon* | vermell* | punane | sarkan*",
)
AMBER: Final = Terms(
    "amber | yellow | orange | gelb | oranje | geel | jaune | amarillo | naranja | amarelo | laranja | gul | zolt* | zlut* | keltainen | giallo | arancione",
    "galben* | zut* | sari | kuning | vang | желт* | жовт* | жълт* | gelton* | groc | kollane | dzelten* | narancs* | portocali* | narancast*",
)
LEVEL_MID: Final = Terms(
    "medium | mid | moderate | amber | yellow | orange | mittel | gelb | middel | midden | gemiddeld | oranje | geel | moyen | moyenne | jaune",
    "medio | media | amarillo | naranja | amarelo | laranja | medelhog | medel | gul | sredni* | zolt* | stredni | zlut* | oranzov* | keskitaso",
    "средн* | середн* | μεσαι* | μετρι* | srednj* | mediu | medie | modere* | moderat* | orta | 中 | 중간 | 중",
    "keltainen | giallo | arancione | kozepes | sarga | galben* | zut* | sari | kuning | vang | желт* | жовт* | жълт* | gelton* | groc | kollane | dzelten*",
)
LEVEL_LOW: Final = Terms(
    "low | very low | minimal | green | niedrig | gering | grun | gruen | laag | groen | bas | basse | faible | vert | verte | bajo | baja | verde",
    "baixo | basso | lag | gron | gronn | lav | niski* | zielon* | nizk* | zelen* | matala | vihrea | normal | normaal | normale | standard",
    "низк* | низьк* | χαμηλ* | nizak | niska | nisko | scazut* | pieni | dusuk | 低 | 低い | 낮음 | 하",
    "alacsony | zold | white | weiss | blue | blau | blauw | g | yesil | hijau | xanh | зелен* | зелён* | zali* | verd | roheline | zal*",
)
# Lights as signs, in words.
LIGHTS: Final = dict(zip("🟢🟩🟡🟨🟠🟧🔴🟥⚪🔵", ["green", "green", "yellow", "yellow", "orange", "orange", "red", "red", "white", "blue"], strict=True))
YES_WORDS: Final = Terms(
    "k | sperrt | svartelistet | svartlistad | sortlistet | blacklisted | suspended | zakazan | zakazany | bloqueada",
    "yes | y | true | t | 1 | -1 | x | on | ja | j | oui | o | si | s",
    "co | sim | vero | wahr | vrai | verdadero | verdadeiro | tak | kylla | joo | ✓ | ✔ | ☑ | ✅",
    "checked | waar | igen | evet | ano | áno | da | jah | sant | sann | sandt",
    "prawda | pravda | tosi | taip | xx | yep | yeah | 是 | はい | 예 | flagged",
    "blocked | banned | gesperrt | bloqueado | bloqueada | bloque | bloquee",
    "bloccato | bloccata | geblokkeerd | spaerret | sperret | sparrad | blockerad",
    "estetty | zablokowany | zablokowana | blokovan | blokovany",
    "igaz | dogru | tiesa | patiess | toene | istina | tacno | adevarat | αληθησ | כן | نعم | بله | ใช่ | ya | ndiyo | bəli | हाँ | हां | bai",
    "да | истина | так | 有 | あり | はい | ○ | 〇 | 該当 | 是 | 예 | 네 | ναι",
)
NO_WORDS: Final = Terms(
    "clear | cleared | good | gut | clean",
    "no | n | false | f | 0 | off | nein | non | nao | nee | nej",
    "nei | falso | falsch | faux | nie | ei | ne | nem | hayir | onwaar | falskt | falsk",
    "usann | falsz | nepravda | epatosi | nu | ☐ | ❌ | ✗ | ✘ | 否 | いいえ",
    "- | -- | \u2013 | \u2014 | . | none | unchecked | allowed | frei | libre | libero",
    "ok | okay | not | n/a | na | keine | kein | keiner | keines",
    "aucun | aucune | ninguno | ninguna | nessuno | nessuna | nenhum | nenhuma | geen | brak",
    "zadny | zadne | zadna | ingen | inget | ingenting | nil | null | ikke",
    "hamis | yanlis | melaginga | aplams | vaar | laz | netacno | fals | ψευδησ | לא",
    "لا | не | خیر | ไม่ | ไม่ใช่ | tidak | hapana | xeyr | नहीं | ez | khong",
    "нет | ложь | ні | 无 | 無 | なし | 非該当 | × | 아니오 | 아니요 | οχι",
)
# Words in the place of a last day, where there is none.
NO_END: Final = Terms(
    "permanent | permanently | indefinite | indefinitely | forever | for ever | for life | life | lifetime | never | no end | no end date | open",
    "open ended | until further notice | further notice | ufn | no expiry | does not expire | no limit | unlimited | unbefristet | dauerhaft | fur immer",
    "fuer immer | lebenslang | bis auf weiteres | auf dauer | auf unbestimmte zeit | unbestimmt | offen | onbepaald | onbepaalde tijd",
    "voor onbepaalde tijd | blijvend | voor altijd | levenslang | nooit | tot nader order | permanente | definitif | definitive | indefini | indefinie",
    "a vie | illimite | illimitee | jamais | indetermine | indeterminee | sine die | jusqu a nouvel ordre | indefinido | indefinida | para siempre",
    "de por vida | nunca | sin fin | sin fecha | hasta nuevo aviso | indeterminado | para sempre | vitalicio | vitalicia | sem fim | sem prazo",
    "ate novo aviso | indefinito | a tempo indeterminato | tempo indeterminato | per sempre | a vita | mai | definitivo | definitiva | illimitato",
    "senza scadenza | fino a nuovo avviso | tills vidare | for alltid | livstid | pa livstid | aldrig | obegransat | indtil videre | for altid",
    "pa ubestemt tid | inntil videre | aldri | ubegraenset | ubegrenset | na zawsze | bezterminowo | bezterminowa | na stale | dozywotnio | nigdy",
    "trvale | natrvalo | navzdy | neomezene | dozivotne | nikdy | do odvolani | pysyva | pysyvasti | ikuisesti | toistaiseksi | ei koskaan | orokre",
    "vegleges | hatarozatlan | visszavonasig | soha | suresiz | kalici | навсегда | бессрочно | пожизненно | постоянно",
    "無期限 | 永久 | 无限期 | 영구 | 무기한",
)
# What else there may be to say of a customer.
ABOUT: Final = Terms(
    "allerg* | alerg* | medical | medical condition* | medizinisch* | health | gesundheit* | temperament* | behavio* | conduct | conducta | strikes",
    "issue* | incident* | incid* | complaint* | concern* | besonder* | vorkommn* | eintrag* | eintrage | restriction* | einschrank* | beschwerd*",
    "plainte* | queja* | reclam* | klacht* | klagomal | anmarkning*",
)
