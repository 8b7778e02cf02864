"""What a customer is called: a given name only where it is plain which one it is (C1).

A wrong name is worse than none ("Hello Accounts,"), so whatever is not plainly a person's name, given name
first, gets the neutral form of the language.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


LETTERS = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
# what stands before a name, folded and without its dot: who it is said to where a language says it
MEN = _listed(
    """
    m mr monsieur sr senhor senor mister herr sir signor
    """
)
WOMEN = _listed(
    """
    mme mlle mrs ms miss madame sra srta senhora senora dna dona frau signora
    """
)
OTHER_TITLES = _listed(
    """
    dr dra prof profa eng ing me maitre rev don mx doctor doctora docteur doutor doutora professor
    professora
    """
)
TITLES = MEN | WOMEN | OTHER_TITLES
AFTER_NAMES = _listed(
    """
    phd md mba jr sr junior senior esq filho neto ii iii
    """
)
# several people, or what only a company has between its words
BETWEEN = _listed(
    """
    and e et y und or ou o
    """
)
PARTICLES = _listed(
    """
    da das de del della der des di do dos du la las le los van von den ter al el mac mc saint sainte
    san santa santo sao
    """
)
# languages that say the family name first
FAMILY_FIRST = _listed(
    """
    hu ja ko zh vi
    """
)
# words of departments, households and companies, folded, in the languages of the messages and around
NO_PERSON = _listed(
    """
    abogados academia academy account accountant accounting accounts accountspayable admin administracao
    administracion administrador administration administrator advogados agencia agency alimentos
    apartamento apartment apto asociacion asociados associacao associados associates association
    assurance atelier att attention attn auto automovil autos avocats bakery banco bank banque bar
    billing bistro bloco boulangerie boutique branch bros brothers buchhaltung bureau business buyer
    cafe caisse carpentry casa casal cash center centre centro chief church city client cliente clientes
    clients clinic clinica clinique club colegio college comercial comercio comite commerce commercial
    committee commune compagnie companhia compania company compras compta comptabilite condominio
    consejo conselho consorts construcao construcciones construction consulting consumer consumidor
    contabilidad contabilidade contact contas contracts contratos contrats cooperativa copropriete corp
    corporation council couple creditors cuidados customer customers delivery departamento departement
    department deposito dept desconhecido desconocido desk digital direccion directeur direction
    director directora directrice diretor diretora diretoria distribuidora ecole editora eheleute
    ehepaar eltern empresa energia energy engenharia engineering enterprise enterprises entreprise
    equipe erben escola escritorio escuela espolio estate estudio etablissements ets eventos export
    fabrica facility facturacion facturas facturation faktura familia familias familie famille family
    farma farmacia fashion faturamento fazenda filhos filial filiale finance financeira financeiro
    finances financial fiscal fondation foods fornecedores foundation freres fundacao fundacion
    furniture garage garden gardens gebruder gerant gerencia gerente global gmbh group groupe grupo
    gruppe guest haus head headquarters heirs herdeiros herederos heritiers hermanos hijos holding home
    hospital hotel household human humanos igreja imobiliaria import imports inc income inconnu
    indivision industria industrie industries info informatica ingenieria inmobiliaria inquilino
    institute instituto interior interiors international invest invoice invoices invoicing irmaos joint
    juridico kiosk kunde laboratorio lanchonete lawyers legal limited llc llp locataire logistica
    logistics logistique loja lojas ltd ltda magasin mairie management manager managing market marketing
    matrimonio matriz mercado mercearia ministerio ministry moda motor motors music musica niederlassung
    office oficina online orchestra owner padaria padres pagamento pagamentos pagos paiement paiements
    panaderia papelaria parents partner partners payable payables payment payments pharmacie
    pharmacy plc posto prefeitura presidencia president presidente procurement products produtos
    propietario proprietaire proprietario purchasing receivable recepcao recepcion reception recursos
    residence residencial resources responsable responsavel responsible restaurant restaurante retail
    saas sales salon sarl sas school schule secretaria secretariat secretary seguros service services
    servicios servicos shop sindico sisters sociedad sociedade societe solucoes solutions sons srl state
    storage store studio succession succursale sucursal suite superette supermarket supermercado
    supplier suppliers support syndic system systems taller team tech technologies tecnologia tenant
    tesoreria tesouraria test teste the tienda trade trading transport transportadora transportes
    transports treasury tresorerie trust unidade union unit universidad universidade universite
    university unknown user users vendas ventas verein veterinaria warehouse works workshop co cie
    eireli epp mei sa sl slu spa ag kg ug bv nv ab oy as
    """
)


class Person(NamedTuple):
    """Who is spoken to, as far as it is plain; what is not is empty.

    :param given: the given name
    :param family: the rest of the name
    :param title: "Madame" or "Monsieur" where the name says so, for languages that use it
    """

    given: str = ""
    family: str = ""
    title: str = ""


NOBODY = Person()


@lru_cache(maxsize=4096)
def person_of(name: str | None, is_company: bool = False, lang: str = "") -> Person:
    """Who a contact is, by its name.

    :param name: as somebody typed it
    :param is_company: what is known of the contact
    :param lang: code of its language, as ``pt_BR``: some say the family name first
    """
    words = [] if is_company else _words(name or "")
    if not words:
        return NOBODY
    title, titles = "", set()
    while words and _fold(words[0]) in TITLES and len(words) > 1:
        folded = _fold(words[0])
        title = "Monsieur" if folded in MEN else "Madame" if folded in WOMEN else title
        titles.add(title)
        words = words[1:]
    if {"Monsieur", "Madame"} <= titles:  # "M. Mme Dupont"
        return NOBODY
    family = " ".join(words[1:] or words) if title else " ".join(words[1:])
    if not _is_given_first(words, lang):
        return Person("", " ".join(words) if title else "", title)
    return Person(words[0], family, title)


def called(name: str | None, is_company: bool = False, lang: str = "") -> str:
    """What a greeting calls somebody; empty for the neutral form.

    In French a customer is Madame or Monsieur with the family name, where the name says which; nowhere
    else does a form of address depend on who they are.
    """
    person = person_of(name, is_company, lang)
    if lang.startswith("fr"):
        return f"{person.title} {person.family}" if person.title and person.family else ""
    return person.given


def can_sign(name: str | None) -> bool:
    """Whether a message may bear this name: that of a person, with given and family name.

    "Administrator", "Billing" and what is an address are none.
    """
    words = _words(name or "")
    return len(words) > 1


def _words(name: str) -> list[str]:
    """The words of a name, given name first; none where it is no person's name at all."""
    before, comma, after = (part.strip() for part in name.partition(","))
    if comma:
        if _fold(after).replace(" ", "") in AFTER_NAMES:
            name = before
        elif "," in after or not (before and after):
            return []
        else:
            name = f"{after} {before}"
    words = name.split()
    if not words or any(not LETTERS.fullmatch(word) for word in words):
        return []
    folded = [_fold(word) for word in words]
    if NO_PERSON.intersection(folded) or BETWEEN.intersection(folded[1:]):
        return []
    # without a lower-case letter, what is short is a legal form: "Sol ME"
    if any(len(word) == 2 and word.isalpha() and word.isupper() for word in words[1:]):
        return []
    return words


def _is_given_first(words: list[str], lang: str) -> bool:
    """Whether the first of several words is plainly a given name."""
    first = words[0]
    return (
        len(words) > 1
        and lang[:2] not in FAMILY_FIRST
        and len(first) > 1
        and first[0].isupper()
        and not first.endswith(".")
        and not first.isupper()
        and _fold(first) not in PARTICLES
        # "Kiosk B", and "Ana Souza sent by phone"
        and not (len(words) == 2 and len(words[1]) == 1)
        and all(word[0].isupper() or _fold(word) in PARTICLES for word in words)
    )


def _fold(word: str) -> str:
    """Without accents, case and dots, so that lists need a word once."""
    plain = unicodedata.normalize("NFKD", word.replace(".", "")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
