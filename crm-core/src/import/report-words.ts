import type { RowState } from "@kommutator/contract/api/import";
import { type Text, t } from "../setup/texts.ts";

/** What the report of an import says of its rows, in the words of the workspace. */
export const HEADINGS = {
  row: t("Строка", "Row", "Жол", "Рядок"),
  // No title that a mapping would take for a field when the report is brought in again ("state" is a region).
  state: t("Что стало", "What became of it", "Не болды", "Що стало"),
  faults: t("Почему", "Why", "Неге", "Чому"),
  repeats: t("Повторяет", "Repeats", "Қайталайды", "Повторює"),
  card: t("Карточка", "Card", "Карточка", "Картка"),
} satisfies Record<string, Text>;

/** Of a row that stands in the file twice. */
export const REPEATS_ROW = t("строка", "row", "жол", "рядок");

export const ROW_STATE: Record<RowState, Text> = {
  new: t("не проверено", "not checked", "тексерілмеген", "не перевірено"),
  ready: t("готово к загрузке", "ready", "жүктеуге дайын", "готово до завантаження"),
  duplicate: t("уже есть", "already there", "бұрыннан бар", "уже є"),
  faulty: t("с ошибками", "faulty", "қатесі бар", "з помилками"),
  created: t("создано", "created", "жасалды", "створено"),
  filled: t("дополнено", "filled in", "толтырылды", "доповнено"),
  skipped: t("пропущено", "left out", "өткізілді", "пропущено"),
  undone: t("отменено", "undone", "болдырылмады", "скасовано"),
  kept: t("оставлено", "kept", "қалдырылды", "залишено"),
};

/** What is wrong with a row; a code without words is told as it is. */
export const FAULT: Record<string, Text> = {
  required: t("не заполнено", "is missing", "толтырылмаған", "не заповнено"),
  bad_phone: t("не номер телефона", "is no phone number", "телефон нөмірі емес", "не номер телефону"),
  bad_email: t("не адрес e-mail", "is no e-mail address", "e-mail мекенжайы емес", "не адреса e-mail"),
  bad_date: t("не дата", "is no date", "күн емес", "не дата"),
  unknown_name: t("такого нет в справочнике", "is not in the catalogue", "анықтамалықта жоқ", "такого немає в довіднику"),
  several: t("подходит несколько, укажите код", "fits several, give the code", "бірнешеуі сәйкес, кодын көрсетіңіз", "підходить кілька, вкажіть код"),
  too_long: t("слишком длинно", "is too long", "тым ұзын", "задовге"),
  duplicate: t(
    "такая карточка уже есть; вторую заводит тот, кто распределяет клиентов",
    "there is such a card; a second one is made by whoever assigns customers",
    "мұндай карточка бар; екіншісін клиенттерді бөлетін адам жасайды",
    "така картка вже є; другу створює той, хто розподіляє клієнтів",
  ),
  refused: t("база отвергла эту строку", "the base refused this row", "база бұл жолды қабылдамады", "база відхилила цей рядок"),
  invalid: t("неверное значение", "is not valid", "мән дұрыс емес", "неправильне значення"),
  changed_since: t(
    "изменено после импорта, оставлено",
    "changed since the import, kept",
    "импорттан кейін өзгертілген, қалдырылды",
    "змінено після імпорту, залишено",
  ),
  in_use: t(
    "с карточкой уже работают, оставлена",
    "people work with the card, it is kept",
    "карточкамен жұмыс жүріп жатыр, қалдырылды",
    "з карткою вже працюють, залишено",
  ),
  gone: t("карточки уже нет", "the card is gone", "карточка енді жоқ", "картки вже немає"),
  new_company: t("такой нет, она заводится", "is new, it is made", "жаңа, ол жасалады", "такої немає, вона заводиться"),
  repeats_row: t("повторяет строку", "repeats row", "мына жолды қайталайды", "повторює рядок"),
};

/** The fields of cards that files bring. */
export const FIELD: Record<string, Text> = {
  name: t("Название", "Name", "Атауы", "Назва"),
  kind: t("Вид", "Kind", "Түрі", "Вид"),
  legalName: t("Юридическое название", "Legal name", "Заңды атауы", "Юридична назва"),
  taxId: t("ИНН / БИН", "Tax number", "БСН / ЖСН", "Податковий номер"),
  status: t("Статус", "Status", "Күйі", "Статус"),
  region: t("Регион", "Region", "Өңір", "Регіон"),
  industry: t("Отрасль", "Industry", "Сала", "Галузь"),
  source: t("Источник", "Source", "Дереккөз", "Джерело"),
  responsible: t("Ответственный", "Responsible", "Жауапты", "Відповідальний"),
  comment: t("Комментарий", "Comment", "Түсініктеме", "Коментар"),
  phone: t("Телефон", "Phone", "Телефон", "Телефон"),
  email: t("E-mail", "E-mail", "E-mail", "E-mail"),
  contactName: t("Контактное лицо", "Contact person", "Байланыс тұлғасы", "Контактна особа"),
  contactPosition: t("Должность контакта", "Position of the contact", "Байланыс лауазымы", "Посада контакту"),
  contactPhone: t("Телефон контакта", "Phone of the contact", "Байланыс телефоны", "Телефон контакту"),
  contactEmail: t("E-mail контакта", "E-mail of the contact", "Байланыс e-mail", "E-mail контакту"),
  company: t("Компания", "Company", "Компания", "Компанія"),
  lastName: t("Фамилия", "Last name", "Тегі", "Прізвище"),
  firstName: t("Имя", "First name", "Аты", "Ім’я"),
  middleName: t("Отчество", "Middle name", "Әкесінің аты", "По батькові"),
  fullName: t("ФИО одной колонкой", "Full name in one column", "Аты-жөні бір бағанда", "ПІБ однією колонкою"),
  position: t("Должность", "Position", "Лауазымы", "Посада"),
  birthDate: t("Дата рождения", "Birth date", "Туған күні", "Дата народження"),
  companyName: t("Компания", "Company", "Компания", "Компанія"),
  note: t("Заметка", "Note", "Ескертпе", "Нотатка"),
};
