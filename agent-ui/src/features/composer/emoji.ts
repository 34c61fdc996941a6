/** Emoji that office letters and chats use, each with words in ru, en, kk, uk (in this order), by which it is found. */
const TABLE = `
🙂|улыбка|smile|күлімсіреу|усмішка
😊|улыбка радость румянец|smile blush happy|қуаныш|усмішка радість
😀|радость смех|grin happy|қуаныш|радість
😁|широкая улыбка|grin beaming|күлкі|широка усмішка
😂|смех до слёз|joy laugh tears|күлкі көз жасы|сміх до сліз
😉|подмигивание|wink|көз қысу|підморгування
😍|любовь восторг|love heart eyes|сүйіспеншілік|закоханість захват
😘|поцелуй|kiss|сүйіс|поцілунок
😎|круто очки|cool sunglasses|керемет көзілдірік|круто окуляри
🤔|думаю вопрос|thinking|ойлану|думаю
🤗|объятия|hug|құшақ|обійми
😅|неловко пот|sweat relief|ыңғайсыз|ніяково
😌|спокойствие облегчение|relieved calm|тыныштық|спокій полегшення
😐|нейтрально|neutral|бейтарап|нейтрально
😕|недоумение|confused|түсініксіз|спантеличення
😟|беспокойство|worried|алаңдау|занепокоєння
😢|грусть слеза|sad cry tear|мұң жылау|сум сльоза
😭|плач|crying sob|жылау|плач
😡|злость|angry|ашу|злість
😱|страх ужас|fear scream|қорқыныш|страх жах
😴|сон|sleep|ұйқы|сон
🤒|болезнь температура|sick ill|ауру|хвороба
🙏|спасибо пожалуйста прошу|thanks please pray|рақмет өтінемін|дякую будь ласка
👍|хорошо согласен палец вверх|thumbs up ok good|жақсы келісемін|добре згода
👎|плохо нет палец вниз|thumbs down bad|жаман жоқ|погано ні
👌|окей отлично|ok fine|жарайды тамаша|окей чудово
👏|аплодисменты браво|clap applause|қол шапалақ|оплески браво
🙌|ура победа|hooray celebrate|алақай|ура перемога
🤝|рукопожатие договор|handshake deal|қол алысу келісім|рукостискання угода
👋|привет пока|wave hello bye|сәлем сау бол|привіт бувай
💪|сила|strong muscle|күш|сила
👉|вправо указать|right point|оңға көрсету|праворуч вказати
👇|вниз ниже|down below|төмен|вниз нижче
☝️|внимание вверх|up attention|назар жоғары|увага вгору
👀|смотрю глаза|eyes look|көз қарау|дивлюся очі
❤️|сердце любовь|heart love|жүрек махаббат|серце любов
💙|синее сердце|blue heart|көк жүрек|синє серце
💚|зелёное сердце|green heart|жасыл жүрек|зелене серце
💔|разбитое сердце|broken heart|сынған жүрек|розбите серце
🔥|огонь горячо|fire hot|от ыстық|вогонь гаряче
✨|блеск новое|sparkles new|жарқыл жаңа|блиск нове
⭐|звезда|star|жұлдыз|зірка
🎉|праздник поздравляю|party congratulations|мереке құттықтаймын|свято вітаю
🎁|подарок|gift present|сыйлық|подарунок
🎂|день рождения торт|birthday cake|туған күн торт|день народження торт
🌹|роза цветы|rose flower|раушан гүл|троянда квіти
💐|букет цветы|bouquet flowers|гүл шоғы|букет квіти
☀️|солнце|sun|күн|сонце
❄️|снег зима|snow winter|қар қыс|сніг зима
✅|готово да галочка|done yes check|дайын иә белгі|готово так галочка
❌|нет отмена крест|no cancel cross|жоқ болдырмау|ні скасування хрест
❗|важно внимание|important attention|маңызды назар|важливо увага
❓|вопрос|question|сұрақ|питання
⚠️|осторожно предупреждение|warning caution|ескерту абай|обережно попередження
🚫|запрет нельзя|forbidden stop|тыйым|заборона
💯|сто процентов|hundred percent|жүз пайыз|сто відсотків
🆕|новое|new|жаңа|нове
🆗|окей|ok|жарайды|окей
ℹ️|информация|information|ақпарат|інформація
🔔|звонок напоминание|bell reminder|қоңырау еске салу|дзвінок нагадування
⏰|будильник время|alarm time|оятар уақыт|будильник час
⏳|ждём ожидание|waiting hourglass|күту|чекаємо очікування
📅|календарь дата|calendar date|күнтізбе күні|календар дата
📞|телефон звонок|phone call|телефон қоңырау|телефон дзвінок
📱|мобильный смартфон|mobile phone|ұялы телефон|мобільний смартфон
✉️|письмо почта|letter mail|хат пошта|лист пошта
📧|электронная почта|e-mail|электрондық пошта|електронна пошта
📎|скрепка вложение|paperclip attachment|қыстырғыш тіркеме|скріпка вкладення
📄|документ страница|document page|құжат бет|документ сторінка
📝|заметка запись|note write|жазба|нотатка запис
📌|закрепить булавка|pin|бекіту|закріпити
📷|фото камера|photo camera|фото камера|фото камера
🖨️|принтер печать|printer print|принтер басып шығару|принтер друк
💻|компьютер ноутбук|computer laptop|компьютер ноутбук|комп'ютер ноутбук
🔑|ключ доступ|key access|кілт қолжетімділік|ключ доступ
🔒|замок защита|lock secure|құлып қорғау|замок захист
🔍|поиск лупа|search magnifier|іздеу лупа|пошук лупа
🛠️|ремонт инструменты|repair tools|жөндеу құралдар|ремонт інструменти
📦|посылка коробка заказ|parcel box order|сәлемдеме қорап тапсырыс|посилка коробка замовлення
🚚|доставка грузовик|delivery truck|жеткізу жүк көлігі|доставка вантажівка
🚗|машина|car|көлік|машина
✈️|самолёт поездка|plane travel|ұшақ сапар|літак подорож
🏠|дом адрес|home house address|үй мекенжай|дім адреса
🏢|офис здание|office building|кеңсе ғимарат|офіс будівля
📍|место адрес карта|place address map|орын мекенжай карта|місце адреса мапа
🛒|корзина покупка|cart shopping|себет сатып алу|кошик покупка
💳|карта оплата|card payment|карта төлем|картка оплата
💰|деньги|money|ақша|гроші
🧾|чек счёт|receipt invoice|чек шот|чек рахунок
📈|рост график|growth chart up|өсу график|зростання графік
📉|падение график|decline chart down|төмендеу график|падіння графік
☕|кофе перерыв|coffee break|кофе үзіліс|кава перерва
🍽️|обед еда|lunch food|түскі ас тамақ|обід їжа
🎧|наушники поддержка|headset support|құлаққап қолдау|навушники підтримка
🙋|вопрос рука я|raise hand me|қол көтеру мен|рука я
🤷|не знаю|shrug unknown|білмеймін|не знаю
🤦|ошибка стыдно|facepalm mistake|қателік ұят|помилка соромно
`;

export interface Emoji {
  emoji: string;
  /** Words of all four languages: whoever types in another layout finds it too. */
  words: string[];
  /** Its first name in each language, in the order of the table. */
  names: string[];
}

export const EMOJI: readonly Emoji[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [emoji = "", ...groups] = line.split("|");
    return { emoji, words: groups.flatMap((group) => group.split(" ")), names: groups };
  });

const ORDER = ["ru", "en", "kk", "uk"];
export const nameOf = (each: Emoji, language: string): string => each.names[ORDER.indexOf(language)] ?? each.names[0] ?? "";

/** Those of which every typed word begins a word; `ё` is found by `е`. */
export function findEmoji(typed: string): readonly Emoji[] {
  const plain = (text: string) => text.toLowerCase().replaceAll("ё", "е");
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  return wanted.length === 0 ? EMOJI : EMOJI.filter((each) => wanted.every((word) => each.words.some((known) => plain(known).startsWith(word))));
}
