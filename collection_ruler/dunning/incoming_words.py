"""The words by which mail programs tell what a message of theirs is, in the languages they speak."""

import re


def _any_of(*patterns: str) -> re.Pattern:
    return re.compile("|".join(patterns), re.IGNORECASE)


# who reports about mail
BOUNCE_SENDER = _any_of(
    r"mailer[-_ .]?daemon",
    r"mail[-_ .]delivery",
    r"mail[-_ .]?(daemon|system|admin|router)",
    r"post[-_ ]?master",
    r"\bbounces?\b",
    r"delivery (subsystem|system|service)",
    r"\bmdaemon\b|\bsmtpd?\b|\bmmdf\b|\bmta\b|\bgroupwise\b",
)
BOUNCE_SUBJECT = _any_of(
    r"undeliver(ed|able)|un-?deliverable|not deliver(ed|able)|non-?deliver(y|able)",
    r"(delivery|mail|message|e-?mail|transport|transmission|smtp|sending) .{0,20}"
    r"(fail|error|problem|impossible|unsuccessful|reject|refus)",
    r"^\W*(delivery )?(fail(ed|ure)|failure notice|error)\b.{0,20}(mail|message|deliver|notice|report)?",
    r"delivery (status )?(notification|report)",
    r"return(ed|ing) (mail|message|to sender|e-?mail)",
    r"(could|can) ?not be (delivered|sent)|(couldn.t|wasn.t|was not|not) (be )?deliver",
    r"user unknown|unknown user|no such user|invalid (address|recipient)|address (unknown|error)",
    r"non.?remis|non.?distribu|échec .{0,20}(remise|envoi|distribution)|retour .{0,20}expéditeur|"
    r"impossible de (remettre|distribuer|transmettre)",
    r"unzustellbar|nicht zu(ge)?stell|unzustellbarkeit|fehler.{0,20}(zustell|übermittl)|"
    r"zustellung .{0,30}fehl",
    r"não (foi |pôde ser |é possível )?(entreg|entregue)|mensagem devolvida|falha .{0,20}(entrega|envio)|"
    r"devolução de|devolvid[ao]",
    r"no (se ha |se pudo |se puede |ha sido |fue )?(entreg|entregad)|mensaje devuelto|"
    r"error .{0,20}entrega|fallo .{0,20}entrega|correo devuelto|devuelto",
    r"non recapitabil|mancat[ao] (recapito|consegna)|errore .{0,20}(recapito|consegna)|"
    r"impossibile recapitare",
    r"onbestelbaar|niet (be|af)geleverd|olever(er)?bar|недоставлен|配信|退信|未送达",
)
# it goes on trying
DELAY = _any_of(
    r"delivery .{0,40}delay|delayed mail|message delayed|\bdelayed\b.{0,40}(hour|minute|deliver)",
    r"(will|shall) (be retried|be tried again|continue (to )?try|keep trying|try again|retry)",
    r"(still|continue) (trying|being retried)|(is|be|being) retried|will continue to be made",
    r"(do|does) not need to (resend|re-send)|no action is (required|needed)|need not (resend|do anything)",
    r"this is (only )?a warning|\bwarning:? .{0,60}(not sent|still in queue|could not send|delay|not yet)",
    r"not yet been delivered|has not been delivered yet|temporar(y|ily) .{0,20}(fail|delay|problem)",
    r"(wird|werde[nt]?) .{0,40}(weiter|erneut) .{0,20}(versuch|zu)|verzöger",
    r"(a été |est )retardé|remise .{0,30}différée|nouvelles? tentatives?|retard .{0,20}(remise|distribution)",
    r"continuar(á|emos|ão) .{0,20}(tentando|intentando|a tentar)|nova tentativa|"
    r"atras(o|ada) .{0,20}(entrega)|entrega .{0,20}atrasad",
    r"(se )?(seguirá|volverá|continuará) .{0,20}intent|(entrega|mensaje) .{0,30}(retrasad|demorad|aplazad)",
    r"(consegna|recapito) .{0,20}ritardat",
)
# it has given up
ENDED = _any_of(
    r"\b(gave|given) up\b|i am giving up|\bfailed permanently|been in the queue too long",
    r"(will|shall) not (be (retried|tried again)|try again|keep trying)|no (further|more) .{0,9}attempts",
    r"nicht (erneut|mehr|weiter) .{0,20}(versuch|zuge?stell)|keine weiteren .{0,20}versuch",
    r"aucune? (nouvelle|autre) (tentative|essai)|ne sera pas (renvoyé|retenté)|aucun nouvel essai",
    r"no (se )?(volverá|seguirá|intentará|harán?|realizarán?) .{0,30}(intent|envi)",
    r"não (haverá|será|serão|faremos) .{0,30}(tentativa|tentar)",
    r"non (verranno|sarà|saranno) .{0,30}tentativ",
)
# somebody is away: whoever sends it, it is none
ABSENCE = _any_of(
    r"out[- ]of[- ](the )?office|\booo\b|vacation|on (leave|holiday)|away (from|until|notice)",
    r"auto(matic|mated)?[- ]?(reply|response|responder|antwort)",
    r"abwesen|automatische antwort|nicht im (büro|haus)|urlaub",
    r"absen(ce|t|cia)|réponse automatique|congés?\b",
    r"fuera de (la )?oficina|respuesta automática|vacaciones",
    r"ausência|ausente|resposta automática|férias|fora do escritório",
    r"risposta automatica|fuori (sede|ufficio)|ferie",
)
# complaints of providers that do not speak ARF
COMPLAINT_SUBJECT = _any_of(
    r"^complaint about message from",
    r"^(e-?mail )?feedback report\W*($|for\b|from\b|about (ip|a? ?message)\b)",
    r"^(e-?mail |spam )abuse report",
    r"^\[?spam complaint",
)
# below this a report quotes the message that it is about
FORWARDED_BELOW = re.compile(
    r"^[ \t>*]{0,9}(-{2,80}.{0,60}(original|returned|undelivered|unsent|headers|copy|copie|kopie|body)|"
    r"below this line is a copy|------ this is a copy|the (header|body) of the (original )?message|"
    r"original message (follows|headers)|received: (from|by)|return-path:|message-id:).*$",
    re.IGNORECASE | re.MULTILINE,
)
