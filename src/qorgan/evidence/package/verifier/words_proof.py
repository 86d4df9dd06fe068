"""Sentences about keys, the ledger, stamps and custody: Kazakh, Russian, English."""

PROOF_WORDS = {
    "key-form": (
        "бұл ашық кілт емес немесе ол өз нөміріне сай келмейді",
        "это не открытый ключ, или он не подходит к своему номеру",
        "this is no public key, or does not fit its own number",
    ),
    "signature": (
        "«{name}» қолтаңбасы мәтінге сай келмейді: мәтін өзгертілген немесе қолтаңба жалған",
        "подпись «{name}» не подходит к тексту: текст изменён или подпись подделана",
        "the signature of “{name}” does not fit the text: it was changed or forged",
    ),
    "signer": (
        "күтілген кілтпен қол қойылмаған (қол қойғандар: {names})",
        "не подписано ожидаемым ключом (подписали: {names})",
        "is not signed by the key that should have signed it (signed by: {names})",
    ),
    "note-form": ("қол қойылған жазба пішінінде емес", "не имеет формы подписанной записки", "does not have the form of a signed note"),
    "checkpoint-form": ("тізілімнің бақылау нүктесі пішінінде емес", "не имеет формы контрольной точки реестра", "does not have the form of a checkpoint"),
    "proof-form": ("дәлел пішінінде емес", "не имеет формы доказательства", "does not have the form of a proof"),
    "proof-index": (
        "дәлел тізілімнің {position}-жазбасы туралы емес",
        "доказательство не о записи реестра {position}",
        "the proof is not about entry {position}",
    ),
    "proof-checkpoint": (
        "дәлел басқа бақылау нүктесіне қатысты",
        "доказательство относится к другой контрольной точке",
        "the proof is under another checkpoint",
    ),
    "proof-root": (
        "дәлел қол қойылған түбірге апармайды: {position}-жазба осы түрінде тізілімде жоқ",
        "доказательство не ведёт к подписанному корню: записи {position} в таком виде в реестре нет",
        "the proof does not lead to the root that was signed: entry {position} is not in the ledger in this form",
    ),
    "entry-unproven": (
        "тізілімнің {position}-жазбасы мен оның дәлелі бір-біріне сай келмейді: ол тізілімде осы түрінде тұрмаған",
        "запись реестра {position} и её доказательство не подходят друг к другу: в таком виде она в реестре не стоит",
        "entry {position} and its proof do not fit each other: it does not stand in the ledger in this form",
    ),
    "format": ("{form} пішінінде емес", "не имеет формы {form}", "is not of the format {form}"),
    "json": ("дұрыс JSON емес", "не является правильным JSON", "is not proper JSON"),
    "base64": ("Base64 бір ғана пішінінде емес", "Base64 не в единственной своей форме", "holds Base64 that is not in its one form"),
    "origin": (
        "бақылау нүктесі басқа тізілімдікі: {told}, керегі {due}",
        "контрольная точка другого реестра: {told}, должно быть {due}",
        "the checkpoint is of another ledger: {told}, due is {due}",
    ),
    "checkpoint-signed": (
        "«{origin}» тізілімінің бақылау нүктесіне ({size} тізілім жазбасы) тізілім кілтімен қол қойылған",
        "контрольная точка реестра «{origin}» (записей реестра: {size}) подписана ключом реестра",
        "the checkpoint of the ledger “{origin}” ({size} entries) is signed by the ledger's key",
    ),
    "succession": (
        "тізілімнің бұрынғы кілті келесі кілтке қол қойып тапсырған: {old}",
        "прежний ключ реестра передал подпись следующему: {old}",
        "an earlier key of the ledger handed over to the next: {old}",
    ),
    "succession-loose": (
        "кілттер ауысуы тізілімнің қазіргі кілтіне апармайды",
        "смена ключей не ведёт к нынешнему ключу реестра",
        "this hand-over of keys does not lead to the ledger's present key",
    ),
    "compare-key": (
        "осы кілтті органнан басқа жолмен алынған кілтпен салыстырыңыз (--key): {key}",
        "сравните этот ключ с полученным от органа другим путём (--key): {key}",
        "compare this key with the one that you got from the office in another way (--key): {key}",
    ),
    "key-known": ("кілт – сізге басқа жолмен берілген кілт", "ключ – тот, что дан вам другим путём", "the key is the one that you were given in another way"),
    "key-other": (
        "кілт сізге берілген кілттен басқа: топтаманы басқа біреу жасаған. Топтамадағы кілт: {key}",
        "ключ не тот, что дан вам: пакет сделан кем-то другим. Ключ в пакете: {key}",
        "the key is not the one that you were given: someone else made the package. Key in the package: {key}",
    ),
    "entry-form": ("тізілім жазбасы пішінінде емес", "не имеет формы записи реестра", "does not have the form of a ledger entry"),
    "time-back": (
        "тізілімнің {position}-жазбасының уақыты алдыңғысынан ерте",
        "время записи реестра {position} раньше, чем у предыдущей",
        "the time of entry {position} is before that of the one before it",
    ),
    "proof-loose": ("дәлел бар, тізілім жазбасы жоқ", "доказательство есть, записи реестра нет", "the proof is there, its entry is not"),
    "entries-proven": (
        "тізілімнің осындағы {count} жазбасының бәрі {size} жазбаның ішінде өз орнында тұр",
        "все записи реестра ({count}) стоят на своих местах среди {size}",
        "all {count} entries stand at their places in the ledger of {size} entries",
    ),
    "statement-missing": (
        "органның барлық мазмұнға қойған қолы жоқ: қағаздар мен custody.json-ды орган жасағанын айту мүмкін емес",
        "подписи органа под всем содержанием нет: нельзя сказать, что бумаги и custody.json сделаны органом",
        "the office did not sign the whole payload: whether papers and custody.json are the office's cannot be told",
    ),
    "statement-other": (
        "орган басқа мазмұнға қол қойған: data/ ішінде бірдеңе өзгертілген, қосылған немесе алынған",
        "орган подписал другое содержание: в data/ что-то изменено, добавлено или убрано",
        "the office signed another payload: something under data/ was changed, added or taken out",
    ),
    "statement-signed": (
        "data/ ішіндегінің бәріне орган қол қойған",
        "всё содержание data/ подписано органом",
        "everything under data/ is signed by the office",
    ),
    "witness-other": (
        "куәгер сақтаған {size} тізілім жазбалық бақылау нүктесінің түбірі басқа: тізілім қайта жазылған",
        "у контрольной точки свидетеля на {size} записей реестра другой корень: реестр переписан",
        "the witness kept another root for {size} entries: the ledger was rewritten",
    ),
    "witness-same": (
        "куәгер дәл осы бақылау нүктесін сақтаған ({size} тізілім жазбасы)",
        "свидетель сохранил именно эту контрольную точку (записей реестра: {size})",
        "the witness kept this very checkpoint ({size} entries)",
    ),
    "witness-silent": (
        "куәгерде {size} тізілім жазбалық бақылау нүктесі жоқ (барлары: {kept}): органнан сабақтастық дәлелін сұраңыз",
        "у свидетеля нет контрольной точки на {size} записей реестра (есть: {kept}): запросите у органа доказательство преемственности",
        "the witness kept no checkpoint of {size} entries (it has: {kept}): ask the office for a proof of consistency",
    ),
    "stamp-form": ("уақыт белгісі пішінінде емес", "не имеет формы метки времени", "does not have the form of a time stamp"),
    "stamp-open-length": (
        "уақыт белгісі бұл бағдарлама оқымайтын түрде (BER) жазылған: openssl ts -verify пайдаланыңыз",
        "метка времени записана в виде (BER), который эта программа не читает: используйте openssl ts -verify",
        "the time stamp is written in a way (BER) that this program does not read: use openssl ts -verify",
    ),
    "stamp-refused": ("уақыт белгісін беру қызметі белгіні бермеген", "служба меток времени отказала в метке", "the authority refused the stamp"),
    "stamp-other": (
        "уақыт белгісі басқа бақылау нүктесіне қойылған",
        "метка времени поставлена на другую контрольную точку",
        "the time stamp is over another checkpoint",
    ),
    "stamp-signature": ("уақыт белгісінің қолтаңбасы сай келмейді", "подпись метки времени не подходит", "the signature of the time stamp does not fit"),
    "algorithm": (
        "қолтаңба алгоритмін бұл бағдарлама білмейді: {algorithm}",
        "алгоритм подписи этой программе неизвестен: {algorithm}",
        "this program does not know the algorithm of the signature: {algorithm}",
    ),
    "stamp-early": (
        "уақыт белгісі ({at}) ол қамтитын тізілім жазбасынан ({entry}) ерте: сервер сағаты озып тұрған",
        "метка времени ({at}) раньше записи реестра под ней ({entry}): часы сервера спешили",
        "the time stamp ({at}) is before an entry under it ({entry}): the server's clock was ahead",
    ),
    "stamp-signer": (
        "қол қойған сертификат уақыт белгілеріне арналмаған",
        "сертификат подписавшего не предназначен для меток времени",
        "the signer's certificate is not for time stamps",
    ),
    "stamp-certificate": (
        "уақыт белгісінің сертификаттары оқылмайды немесе бір-біріне сай емес",
        "сертификаты метки времени не читаются или не подходят друг к другу",
        "the certificates of the time stamp cannot be read or do not fit each other",
    ),
    "stamp-no-certificate": (
        "уақыт белгісіне қол қойған сертификат топтамада жоқ",
        "сертификата, которым подписана метка времени, в пакете нет",
        "the certificate that signed the time stamp is not in the package",
    ),
    "stamp-expired": (
        "сертификат белгі қойылған уақытта жарамсыз болған: {subject}",
        "сертификат не действовал во время метки: {subject}",
        "the certificate was not valid at the time of the stamp: {subject}",
    ),
    "stamp-no-root": (
        "сертификаттар тізбегі түбірге жетпейді, жетіспейтіні: {subject}",
        "цепочка сертификатов не доходит до корня, не хватает: {subject}",
        "the chain of certificates does not reach a root; missing: {subject}",
    ),
    "stamp": (
        "бақылау нүктесі {at} уақытында болған; белгіні қойған: {authority}",
        "контрольная точка существовала {at}; метку поставил {authority}",
        "the checkpoint existed at {at}; stamped by {authority}",
    ),
    "compare-root": (
        "уақыт белгісі қызметінің түбірлік сертификатын салыстырыңыз: {authority}, SHA-256 {fingerprint}",
        "сравните корневой сертификат службы меток времени: {authority}, SHA-256 {fingerprint}",
        "compare the root certificate of the stamping authority: {authority}, SHA-256 {fingerprint}",
    ),
    "no-stamps": (
        "топтамада бөгде уақыт белгісі жоқ: уақыттар сервер сағатының ғана сөзі",
        "посторонних меток времени в пакете нет: все времена – слово одних часов сервера",
        "there is no time stamp by others: all times are the word of the server's clock alone",
    ),
    "custody-field": (
        "өріс жоқ немесе өз пішінінде емес: {field}",
        "поля нет или оно не в своей форме: {field}",
        "a field is missing or not of its form: {field}",
    ),
    "custody-differs": (
        "{field}: жазылғаны {told}, дұрысы {due}",
        "{field}: написано {told}, верно {due}",
        "{field}: told is {told}, true is {due}",
    ),
    "entry-not-told": (
        "тізілімнің {position}-жазбасы топтамада бар, бірақ осында аталмаған",
        "запись реестра {position} есть в пакете, но здесь не названа",
        "entry {position} is in the package, but is not named here",
    ),
    "entry-missing": (
        "осында аталған тізілімнің {position}-жазбасы топтамада дәлелденген түрде жоқ",
        "названной здесь записи реестра {position} в доказанном виде в пакете нет",
        "entry {position} is named here, but is not in the package as a proven one",
    ),
    "recording-not-told": ("жазба custody.json ішінде аталмаған", "запись не названа в custody.json", "the recording is not named in custody.json"),
    "recording-twice": ("жазба custody.json ішінде екі рет аталған", "запись названа в custody.json дважды", "the recording is named twice in custody.json"),
    "made-early": (
        "тапсыру ({made}) ондағы жазба сақталғаннан бұрын болған",
        "передача ({made}) раньше, чем сохранена запись в ней",
        "the hand-over ({made}) was made before a recording in it was stored",
    ),
    "recording-hash": (
        "SHA-256 custody.json ішіндегідей емес: онда {told}, файлда {computed}",
        "SHA-256 не такой, как в custody.json: там {told}, у файла {computed}",
        "SHA-256 is not as in custody.json: told {told}, the file has {computed}",
    ),
    "note-differs": (
        "«{field}» өрісі басқа құжаттардағыдай емес: мұнда {told}, онда {due}",
        "поле «{field}» не такое, как в других документах: здесь {told}, там {due}",
        "the field “{field}” is not as in the other documents: here {told}, there {due}",
    ),
    "dock-key": (
        "док-станция тізілімге ({position}-жазбасы) басқа кілтпен тіркелген",
        "док-станция вписана в реестр (запись {position}) с другим ключом",
        "the dock was enrolled in the ledger (entry {position}) with another key",
    ),
    "event-missing": (
        "сақтау туралы тізілімнің {position}-жазбасы оқиғалар арасында жоқ",
        "записи реестра {position} о сохранении нет среди событий",
        "entry {position}, of storing, is not among the events",
    ),
    "order": (
        "тізілімнің {position}-жазбасындағы оқиға {other}-жазбасынан бұрын бола алмайды",
        "событие записи реестра {position} не могло быть раньше записи {other}",
        "what entry {position} tells cannot have been before entry {other}",
    ),
    "note-loose": (
        "топтамада жоқ жазбаға қатысты құжат",
        "документ о записи, которой в пакете нет",
        "it is about a recording that is not in the package",
    ),
    "recording-same": (
        "файл, custody.json, тізілім, қабылдау түбіртегі және док-станцияның ілеспе тізімдемесі бірдей айтады: SHA-256 {sha256}",
        "файл, custody.json, реестр, квитанция и опись док-станции говорят одно: SHA-256 {sha256}",
        "file, custody.json, ledger, receipt and the dock's manifest say the same: SHA-256 {sha256}",
    ),
    "custody-whole": (
        "{count} жазбаның тізбегі бүтін, оқиғалар реті мүмкін рет",
        "цепочка хранения записей ({count}) цела, порядок событий возможен",
        "the chain of custody of {count} recordings is whole, and the order of events can be",
    ),
}
