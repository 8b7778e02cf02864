"""The words of mail servers: what they say where their codes say little, in the order in which to look."""

import re


def _any_of(*patterns: str) -> re.Pattern:
    return re.compile("|".join(patterns), re.IGNORECASE)


BLOCKLISTS = r"spamhaus|spamcop|barracuda|sorbs|dnsbl|\brbl\b|(black|block|deny) ?list"
# the first that is found counts: who speaks of a sender may name a mailbox too
WORDS = (
    (
        "message",
        _any_of(
            r"(message|mail|size|file) .{0,30}(too (big|large|long)|exceeds|larger)",
            r"too (big|large)\b",
        ),
    ),
    (
        "limit",
        _any_of(
            r"rate.{0,3}limit",
            r"(sending|daily|hourly|outgoing|user sending) .{0,20}(limit|quota)",
        ),
    ),
    (
        "later",
        _any_of(
            r"gr[ea]y-?list",
            r"mailbox (is )?(temporarily|over|full)",
            r"(mailbox|inbox|recipient'?s? (storage|account)|user) .{0,30}(is )?(full|over ?quota)",
            r"over ?quota",
            r"(mailbox|recipient|user|disk|storage) .{0,20}quota",
            r"receiving mail (at a rate|too quickly)",
            r"boîte .{0,30}pleine",
            r"(postfach|mailbox) .{0,20}(voll|überfüllt)",
            r"(caixa|buzón) .{0,30}(cheia|llen[oa])",
        ),
    ),
    (
        "limit",
        _any_of(
            r"(message|account) .{0,20}(limit|quota)",
            r"(limit|quota) .{0,40}(exceeded|reached|per (day|hour|minute)|of messages)",
            r"too many (messages|e-?mails|connections|recipients|concurrent|errors|login|requests)",
            r"too (much|many) mail",
            r"throttl",
            r"(unusual|excessive) (rate|number)",
            r"\b(slow down|sending too fast)\b",
            r"insufficient (credit|balance|funds)|out of credit|no credits?\b|(credits?|plan|subscription)\b "
            r".{0,20}(exhausted|exceeded|expired|used up)",
        ),
    ),
    (
        "login",
        _any_of(
            r"authenticat\w* .{0,30}(required|failed|failure|unsuccessful|credentials|rejected|disabled)",
            r"(not|must|must be|need to be) authenticated?\b",
            r"(bad|invalid|wrong) (credentials|username|password)",
            r"(username and )?password not accepted",
            r"must issue a starttls",
            r"please log ?in",
            # who sends for us speaks to us: the recipient's is "the" account
            r"\byour (e-?mail |smtp )?(account|subscription|service|access|api key) .{0,30}"
            r"(suspended|disabled|blocked|locked|deactivated|terminated|inactive|restricted|expired)",
        ),
    ),
    (
        "message",
        _any_of(
            r"\b(attachment|virus|malware|phish\w*|spam (content|message|score))\b",
            r"(content|spam|virus) .{0,20}(reject|refus|block|detect|filter)",
            r"blocked by (the |your )?(recipient|user|addressee|<address>)",
            r"(recipient|user|addressee) (has |have )?block(s|ed) ",
            r"(classified|identified|detected|marked|considered|looks like|recogni[sz]ed) (it )?"
            r"(as |to be )?(potential |unsolicited )?(spam|junk|bulk)",
        ),
    ),
    (
        "sender",
        _any_of(
            r"send ?as ?denied",
            r"permissions? to send as",
            r"sender .{0,60}(reject|denied|not allowed|refused|verif|unauth|blocked|unknown|invalid)",
            r"(not owned by|not allowed to (send|use)|send(ing)? .{0,20}not allowed)",
            r"\b(spf|dkim|dmarc)\b",
            r"(domain|address|identity|identities|from) .{0,80}not (been )?(verified|authori[sz]ed|allowed)",
            r"(unauthenticated|invalid|bad|unknown) sender",
            r"mail from .{0,40}(not|refus|reject|denied)",
        ),
    ),
    (
        "server",
        _any_of(
            r"relay(ing)?( access)? .{0,20}(denied|not (permitted|allowed)|prohibited|refused)",
            r"unable to relay|not permitted to relay|we do not relay",
            BLOCKLISTS,
            r"banned .{0,20}\bip\b",
            r"(client host|\bip\b|\bserver\b|address \[).{0,60}(block|banned|reject|denied|listed)",
            r"blocked using",
            r"reputation",
            r"reverse (dns|lookup|mapping)|\bptr\b|\bhelo\b|\behlo\b",
            r"service (is )?(currently |temporarily )?(un|not )available",
            r"insufficient system (storage|resources)",
            r"server (configuration|is busy|too busy|down)",
        ),
    ),
    (
        "bad_address",
        _any_of(
            r"(user|recipient|mailbox|account|address|person|addressee) .{0,60}"
            r"(unknown|does(n.t| not) exist|not found|no longer (exist|valid|active|available|works)|"
            r"is (invalid|inactive|disabled)|not known|not listed|is not a (known|valid))",
            r"(unknown|invalid|no such|non-?existent|nonexisting|undeliverable) "
            r"(local[ -]?part|user|recipient|mailbox|account|address|person|addressee|domain|host)",
            r"no (mailbox|user|account) (here )?(by|with) (that|this) name",
            r"(doesn.t|does not) have an? .{0,40}account",
            r"(host|domain)( name)? (not found|does not exist|unknown)|nxdomain",
            r"(destinataire|utilisateur|adresse|boîte) .{0,40}(inconnue?|inexistante?|introuvable|"
            r"n'existe pas)",
            r"(usuário|destinatário|conta|endereço) .{0,40}(desconhecid|inexistente|não existe|inválid|"
            r"não (foi )?encontrad)",
            r"(usuario|destinatario|cuenta|dirección|buzón) .{0,40}(desconocid|inexistente|no existe|"
            r"inválid|no (se ha |fue )?encontrad)",
            r"(empfänger|benutzer|adresse|postfach|konto) .{0,40}(unbekannt|existiert nicht|"
            r"nicht (gefunden|bekannt|vorhanden))",
            r"(utente|destinatario|casella) .{0,40}(sconosciut|inesistente|non esiste)",
        ),
    ),
)


def meant_by_words(text: str) -> str | None:
    """What words say, as a value of ``mail_answers.Meaning``; None where they say nothing."""
    # of an address in an answer nothing is read: it may be called blocklist@
    words = re.sub(r"\S+@\S+", "<address>", text)
    return next((meaning for meaning, pattern in WORDS if pattern.search(words)), None)


def says_otherwise(text: str) -> str | None:
    """What words say beside a code for a mailbox that is not there: that it is full, or about us;
    None where they say what the code says, or nothing."""
    meant = {meaning for meaning, pattern in WORDS if pattern.search(text)}
    if "bad_address" in meant:
        return None
    if "later" in meant:
        return "later"
    if re.search(r"\b(spf|dkim|dmarc)\b", text, re.IGNORECASE):
        return "sender"
    return "server" if re.search(BLOCKLISTS, text, re.IGNORECASE) else None
