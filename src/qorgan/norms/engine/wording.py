"""Why a facility stands as it does, in a few sentences made of the item, the facts and the state; in Kazakh and in Russian."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from qorgan.norms.engine.conditions import Facts, compiled, facts_of
from qorgan.norms.engine.plan import CALENDAR, EQUIPMENT, GROUP, Running, Standing, State
from qorgan.norms.engine.schema import Fact

Names = Mapping[str, Fact]
_SAID = {
    "kk": {
        "met": "Орындалған: {}.",
        "not_met": "Орындалмаған: {}.",
        "unknown": "Айту үшін мына деректер жетіспейді: {}.",
        "not_applicable": "Бұл объектіге қатысты емес: {}.",
        "compensated": "Әзірге өтемдік шара алмастырады; жоғы: {}.",
        "kk_only": "Тек қазақ мәтінінде бар.",
        "ru_only": "Тек орыс мәтінінде бар.",
        "differs": "Екі мәтін мұнда бөлек айтады.",
        "advisable": "Мәтін бұл топ туралы үндемейді: бұл – кеңес.",
        "conditional": "Шарты бар талап.",
        "required": "",
        "none": "ешбір топқа кірмейді",
        "groups": "топтары: {}",
        "present": "{} бар",
        "absent": "{} жоқ",
        "yes": "иә",
        "no": "жоқ",
        "needed": "{} – {}, керегі: {}",
        "given": "{} – {}",
        "from": "ең азы {}",
        "above": "{} шегінен артық",
        "below": "{} шегінен кем",
        "to": "ең көбі {}",
        "counted": "Саналатын күн: {} – {}. Соңғы күн: {}.",
        "defensible": "Басқа оқылуы бойынша – {}.",
        "estimated": "Болжам: күнтізбенің бұл жылдары расталмаған.",
        "waiting": "Мерзім {} белгілі болғаннан бастап саналады.",
        "uncounted": "{} – күнтізбеде {} жыл жоқ: мерзім есептелмеді.",
    },
    "ru": {
        "met": "Выполнено: {}.",
        "not_met": "Не выполнено: {}.",
        "unknown": "Чтобы сказать, не хватает фактов: {}.",
        "not_applicable": "К этому объекту не относится: {}.",
        "compensated": "Пока заменяет компенсирующая мера; нет: {}.",
        "kk_only": "Есть только в казахском тексте.",
        "ru_only": "Есть только в русском тексте.",
        "differs": "Два текста здесь расходятся.",
        "advisable": "Об этой группе текст молчит: это совет.",
        "conditional": "Требование с условием.",
        "required": "",
        "none": "не входит ни в одну группу",
        "groups": "группы: {}",
        "present": "{} – есть",
        "absent": "{} – нет",
        "yes": "да",
        "no": "нет",
        "needed": "{} – {}, нужно: {}",
        "given": "{} – {}",
        "from": "не меньше {}",
        "above": "больше {}",
        "below": "меньше {}",
        "to": "не больше {}",
        "counted": "Считается от: {} – {}. Последний день: {}.",
        "defensible": "По другому прочтению – {}.",
        "estimated": "Оценка: эти годы календаря не подтверждены.",
        "waiting": "Срок пойдёт, когда станет известно: {}.",
        "uncounted": "{} – в календаре нет года {}: срок не посчитан.",
    },
}


def why(standing: Standing, facts: Facts, groups: frozenset[str], names: Names, language: str) -> str:
    """What is asked, how firmly, and how the facility stands to it. ``facts`` by their full names."""
    said = _SAID[language]
    match standing.state:
        case State.MET:
            told = _met(standing, facts, names, language)
        case State.UNKNOWN:
            told = ", ".join(_name(name, names, language) for name in sorted(standing.missing))
        case State.NOT_APPLICABLE:
            told = _excluded(standing, facts, groups, names, language)
        case _:
            told = ", ".join(_failing(name, standing, facts, names, language) for name in standing.failing)
    sentences = [getattr(standing.item, f"summary_{language}"), said[standing.basis], said[standing.state.value].format(told)]
    return " ".join(sentence for sentence in sentences if sentence)


def why_due(running: Running, names: Names, language: str) -> str:
    """What the term is, from which day it runs and when it ends."""
    said, anchor = _SAID[language], _name(running.anchor, names, language)
    sentences = [getattr(running.item, f"summary_{language}")]
    years = sorted(name.removeprefix(f"{CALENDAR}.") for name in running.missing if name.startswith(f"{CALENDAR}."))
    if years:
        return " ".join([*sentences, said["uncounted"].format(anchor, ", ".join(years))])
    if running.due is None:
        return " ".join([*sentences, said["waiting"].format(anchor)])
    sentences.append(said["counted"].format(anchor, _day(running.due.anchor), _day(running.due.due)))
    if running.due.defensible:
        sentences.append(said["defensible"].format(_day(running.due.defensible)))
    if running.due.estimated:
        sentences.append(said["estimated"])
    return " ".join(sentences)


def _met(standing: Standing, facts: Facts, names: Names, language: str) -> str:
    said, kind = _SAID[language], standing.requirement.equipment
    told = [said["present"].format(_name(kind, names, language))]
    for name in standing.requirement.parameters:
        full = f"{EQUIPMENT}.{kind}.{name}"
        told.append(said["given"].format(_name(full, names, language), _value(full, facts.get(full), names, language)))
    return ", ".join(told)


def _failing(name: str, standing: Standing, facts: Facts, names: Names, language: str) -> str:
    said, kind = _SAID[language], standing.requirement.equipment
    if name.endswith(".installed"):
        return said["absent"].format(_name(kind, names, language))
    wanted = standing.requirement.parameters[name.rpartition(".")[2]]
    return said["needed"].format(_name(name, names, language), _value(name, facts.get(name), names, language), _wanted(name, wanted, names, language))


def _excluded(standing: Standing, facts: Facts, groups: frozenset[str], names: Names, language: str) -> str:
    """The lines of the condition that do not hold."""
    said = _SAID[language]
    known = {**facts, GROUP: groups}
    told = []
    for name, wanted in standing.requirement.when.items():
        if compiled({name: wanted})(known).holds is not False:
            continue
        if name == GROUP:
            told.append(said["groups"].format(", ".join(sorted(groups))) if groups else said["none"])
            continue
        seen = [fact for fact in sorted(facts_of({name: wanted}) - {GROUP}) if fact in facts]
        told += [said["given"].format(_name(fact, names, language), _value(fact, facts[fact], names, language)) for fact in seen]
    return ", ".join(dict.fromkeys(told))


def _wanted(name: str, wanted: Any, names: Names, language: str) -> str:
    if isinstance(wanted, Mapping):
        return ", ".join(_SAID[language][bound].format(_value(name, value, names, language)) for bound, value in wanted.items())
    values = wanted if isinstance(wanted, list) else [wanted]
    return ", ".join(_value(name, value, names, language) for value in values)


def _name(name: str, names: Names, language: str) -> str:
    """``equipment.video_surveillance.archive_days`` as people say it; the name itself where the packs do not name it."""
    parts = name.removeprefix(f"{EQUIPMENT}.").split(".")
    return ", ".join(str(getattr(names[part], language)) if part in names else part for part in parts)


def _value(name: str, value: Any, names: Names, language: str) -> str:
    fact = names.get(name.rpartition(".")[2])
    if isinstance(value, bool):
        return _SAID[language]["yes" if value else "no"]
    if isinstance(value, int | float | Decimal):
        unit = getattr(fact, f"unit_{language}") if fact else ""
        return f"{value}".replace(".", ",") + (f" {unit}" if unit else "")
    word = fact.words.get(str(value)) if fact else None
    return str(getattr(word, language)) if word else str(value)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
