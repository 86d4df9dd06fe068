"""Sentences about the form of a package: Kazakh, Russian, English. Gaps are filled with harmless text only."""

FORM = {
    "cut-off": (
        "файл кесілген: деректер күтілгеннен ерте бітеді",
        "файл обрезан: данные кончаются раньше, чем должны",
        "the file is cut off: its bytes end before they should",
    ),
    "missing": (
        "топтамада бұл файл жоқ",
        "этого файла в пакете нет",
        "this file is not in the package",
    ),
    "too-large": (
        "файл мұндай файл үшін тым үлкен (ең көбі {limit} байт), оқылмады",
        "файл слишком велик для такого файла (не более {limit} байт), он не прочитан",
        "the file is too large for a file of its kind (at most {limit} bytes); it was not read",
    ),
    "not-utf8": (
        "файл UTF-8 мәтіні емес",
        "файл не является текстом в UTF-8",
        "the file is not text in UTF-8",
    ),
    "path-long": (
        "жол тым ұзын немесе тым терең: {path}",
        "путь слишком длинный или слишком глубокий: {path}",
        "a path is too long or too deep: {path}",
    ),
    "path-unsafe": (
        "файл атауы топтамадан тыс жерге апаруы мүмкін немесе кейбір жүйелерде ашылмайды, топтама тексерілмеді: {path}",
        "имя файла может вести за пределы пакета или недопустимо в некоторых системах, пакет не проверялся: {path}",
        "a file's name could lead out of the package or cannot be had on some systems; the package was not looked at further: {path}",
    ),
    "too-many": (
        "топтамада {limit} файлдан көп, ол тексерілмеді",
        "в пакете больше {limit} файлов, он не проверялся",
        "there are more than {limit} files; the package was not looked at further",
    ),
    "path-twice": (
        "екі файлдың атауы кейбір жүйелерде бірдей болып шығады: {path} және {other}",
        "два файла на некоторых системах имеют одно имя: {path} и {other}",
        "two files have names that some systems take for one: {path} and {other}",
    ),
    "not-a-package": (
        "бұл – тапсыру топтамасы емес: ZIP те, топтама қалтасы да, мөрлеп шифрланған топтама да емес",
        "это не пакет передачи: не ZIP, не папка пакета и не запечатанный пакет",
        "this is not a package: neither a ZIP, nor a package's folder, nor a sealed package",
    ),
    "link": (
        "топтамада сілтеме немесе арнайы файл бар, ол топтамадан тыс жерге апаруы мүмкін: {path}",
        "в пакете есть ссылка или особый файл, который может вести за пределы пакета: {path}",
        "there is a link or a special file, which could lead out of the package: {path}",
    ),
    "unreadable": (
        "оқу мүмкін болмады: {path} ({problem})",
        "прочитать не удалось: {path} ({problem})",
        "could not be read: {path} ({problem})",
    ),
    "two-roots": (
        "файл топтаманың жалғыз қалтасынан тыс жатыр: {path}",
        "файл лежит вне единственной папки пакета: {path}",
        "a file lies outside the package's one folder: {path}",
    ),
    "zip-header": (
        "ZIP құрылымында осы файлдың тақырыбы өзгертілген (ондағы атау: {path})",
        "в структуре ZIP изменён заголовок этого файла (имя в нём: {path})",
        "the header of this file in the ZIP was changed (name in it: {path})",
    ),
    "zip-end": (
        "ZIP соңындағы жазба өзгертілген, кесілген немесе оны басқа бағдарлама жазған: файлдардың шегі белгісіз. Қайта жинақталса, қалтаны тексеріңіз",
        "запись в конце ZIP изменена, обрезана или сделана другой программой: границы файлов неизвестны. Если пакет упакован заново, проверяйте папку",
        "the record at the end of the ZIP was changed, cut off or written by another program: where files begin is unknown. If packed anew, check the folder",
    ),
    "zip-overlap": (
        "ZIP ішіндегі файлдар бірінің үстіне бірі түседі, аралары бос немесе өлшемі жалған: {path}",
        "файлы в ZIP перекрываются, между ними пустоты или размер ложный: {path}",
        "files in the ZIP overlap, have gaps between them, or a false size: {path}",
    ),
    "zip-list": (
        "ZIP тізіміндегі осы файлдың жолы өзгертілген (немесе файл сілтеме болып белгіленген)",
        "строка этого файла в списке ZIP изменена (или файл отмечен как ссылка)",
        "the line of this file in the list of the ZIP was changed (or marks it as a link)",
    ),
    "zip-list-end": (
        "ZIP тізімінің {number}-жолы өзгертілген: файлдардың шегін анықтау мүмкін емес",
        "строка {number} списка ZIP изменена: границы файлов неизвестны",
        "line {number} of the list of the ZIP was changed: where files begin is not known",
    ),
    "zip-crc": (
        "ZIP ішіндегі бақылау сомасы бұл файлдікі емес: файл немесе ZIP құрылымы өзгертілген",
        "контрольная сумма в ZIP не этого файла: изменён файл или структура ZIP",
        "the checksum in the ZIP is not that of this file: the file or the structure of the ZIP was changed",
    ),
    "zip-whole": (
        "ZIP құрылымы бүтін: {count} файл, артық та, кем де байт жоқ",
        "структура ZIP цела: файлов {count}, ни одного лишнего или недостающего байта",
        "the structure of the ZIP is whole: {count} files, no byte too many or too few",
    ),
    "sealed-cut-off": (
        "мөрлеп шифрланған топтама кесілген",
        "запечатанный пакет обрезан",
        "the sealed package is cut off",
    ),
    "sealed-damaged": (
        "мөрлеп шифрланған топтаманың {chunk}-бөлігі өзгертілген немесе бүлінген (файлдың {offset}-байтынан бастап)",
        "часть {chunk} запечатанного пакета изменена или повреждена (с байта {offset} файла)",
        "part {chunk} of the sealed package was changed or is damaged (from byte {offset} of the file)",
    ),
    "sealed-no-key": (
        "топтама мөрлеп шифрланған, оны берілген құпиясөз немесе кілт ашпайды (не шифр тақырыбы өзгертілген): --passphrase-file немесе --identity керек",
        "пакет запечатан, данный пароль или ключ его не открывает (либо изменён заголовок): нужен --passphrase-file или --identity",
        "the package is sealed and the given passphrase or key does not open it (or its header was changed): give --passphrase-file or --identity",
    ),
    "sealed-header": (
        "мөрлеп шифрланған топтаманың тақырыбы өзгертілген",
        "заголовок запечатанного пакета изменён",
        "the header of the sealed package was changed",
    ),
    "sealed-costly": (
        "мөрлеп шифрланған топтаманың құпиясөзін тексеру тым көп жад сұрайды, ол ашылмады",
        "проверка пароля запечатанного пакета требует слишком много памяти, он не открыт",
        "trying the passphrase of the sealed package asks for too much memory; it was not opened",
    ),
    "identity-form": (
        "бұл age кілті емес (AGE-SECRET-KEY-1…)",
        "это не ключ age (AGE-SECRET-KEY-1…)",
        "this is not an age key (AGE-SECRET-KEY-1…)",
    ),
    "bagit": (
        "BagIt белгісі күтілгендей емес",
        "отметка BagIt не такая, как должна быть",
        "the mark of BagIt is not what it must be",
    ),
    "not-payload": (
        "мазмұн тізімінде data/ қалтасынан тыс файл тұр: {path}",
        "в списке содержания стоит файл вне папки data/: {path}",
        "the list of the payload names a file outside data/: {path}",
    ),
    "not-tag": (
        "қызметтік файлдар тізімінде тұруға тиіс емес файл: {path}",
        "в списке служебных файлов стоит файл, которому там не место: {path}",
        "the list of tag files names a file that does not belong there: {path}",
    ),
    "listed-missing": (
        "{list} тізімінде бар, топтамада жоқ",
        "есть в списке {list}, но нет в пакете",
        "is listed in {list}, but is not in the package",
    ),
    "unlisted": (
        "топтамада бар, бірақ ешбір тізімде жоқ: кейін қосылған",
        "есть в пакете, но нет ни в одном списке: добавлен позже",
        "is in the package, but in no list: it was added later",
    ),
    "changed": (
        "мазмұны {list} тізіміндегідей емес: тізімде SHA-256 {listed}, файлда {computed}",
        "содержание не такое, как в списке {list}: в списке SHA-256 {listed}, у файла {computed}",
        "is not as listed in {list}: listed SHA-256 {listed}, the file has {computed}",
    ),
    "list-line": (
        "{number}-жол тізім жолы емес немесе файлды екінші рет атайды",
        "строка {number} не является строкой списка или называет файл во второй раз",
        "line {number} is no line of a list, or names a file for the second time",
    ),
    "bag-info": (
        "топтама көлемі туралы жол дұрыс емес: жазылғаны {told}, саналғаны {counted}",
        "строка об объёме пакета неверна: написано {told}, насчитано {counted}",
        "what it tells of the package's extent is wrong: told {told}, counted {counted}",
    ),
    "bag-whole": (
        "барлық {count} файл ({bytes} байт) тізімдегідей, артық файл жоқ",
        "все файлы ({count}, {bytes} байт) такие, как в списках, лишних нет",
        "all {count} files ({bytes} bytes) are as listed, and none is there besides",
    ),
}
