"""A text that looks like an order, made of our own summaries: for tests where the official one is not at hand."""

from datetime import date

from qorgan.norms.engine import Item, catalogue
from qorgan.norms.engine.schema import TextState

TODAY = date(2026, 11, 22)
ACTS = {
    ("444", "kk"): "Төтенше жағдайлар министрінің 2023 жылғы 22 тамыздағы № 444 бұйрығы.",
    ("366", "kk"): "Сауда және интеграция министрінің 2023 жылғы 5 қазандағы № 366-НҚ бұйрығы.",
    ("366", "ru"): "Приказ Министра торговли и интеграции от 5 октября 2023 года № 366-НҚ.",
}
CHAPTERS = {"kk": "1-тарау. Жалпы ережелер", "ru": "Глава 1. Общие положения"}
APPENDICES = {"kk": "{}-қосымша", "ru": "Приложение {}"}
ABSENT = {"kk": TextState.RU_ONLY, "ru": TextState.KK_ONLY}


def ours(order: str, language: str) -> str:
    """Every numbered item of an order with our summary in place of the official words."""
    lines = [{"kk": "Бұйрықтың атауы туралы", "ru": "О названии приказа"}[language], ACTS[order, language]]
    items = [item for item in catalogue(TODAY) if item.order == order and item.text is not ABSENT[language]]
    chapter = False
    for item in items:
        if not item.place.startswith("order/") and not chapter:
            chapter = True
            lines.append(CHAPTERS[language])
        lines += _lines(item, language)
    return "\n".join(lines) + "\n"


def _lines(item: Item, language: str) -> list[str]:
    parts = item.place.removeprefix("order/").split("/")
    words = (item.summary_kk if language == "kk" else item.summary_ru).replace("\n", " ").replace(":", ",")
    if len(parts) == 1 and parts[0].startswith("A"):
        return [APPENDICES[language].format(parts[0][1:]), words.rstrip(".")]
    numbers = parts[1:] if parts[0].startswith("A") else parts
    if not all(number.replace(".", "").isdecimal() for number in numbers) or len(numbers) > 2 or (parts[0].startswith("A") and len(numbers) > 1):
        return []
    return [f"{numbers[0]}. {words}" if len(numbers) == 1 else f"{numbers[1]}) {words}"]
