import { t } from "./texts.ts";

/** The catalogues a new company starts with (AD-05: all of them can be edited afterwards). Codes are stable, names are in the company's language. */

export const INTEREST_KINDS = [
  {
    code: "sale",
    name: t("Продажа", "Sale", "Сату", "Продаж"),
    mode: "typical" as const,
    stages: [
      { name: t("Контакт", "Contact", "Байланыс", "Контакт"), days: 2, next: true },
      { name: t("Потребность", "Need", "Қажеттілік", "Потреба"), days: 5, next: true },
      { name: t("Предложение", "Offer", "Ұсыныс", "Пропозиція"), days: 7, next: true },
      { name: t("Договор", "Contract", "Келісімшарт", "Договір"), days: 10, next: false },
    ],
  },
  {
    code: "service",
    name: t("Сервис", "Service", "Сервис", "Сервіс"),
    mode: "typical" as const,
    stages: [
      { name: t("Принято", "Accepted", "Қабылданды", "Прийнято"), days: 1, next: false },
      { name: t("В работе", "In work", "Жұмыста", "У роботі"), days: 3, next: true },
      { name: t("Проверка", "Check", "Тексеру", "Перевірка"), days: 1, next: false },
    ],
  },
];

export const PURPOSES = [
  { code: "buy", name: t("Покупка", "Purchase", "Сатып алу", "Покупка"), outcome: "interest", kind: "sale", slaS: 900 },
  {
    code: "service",
    name: t("Сервис и поддержка", "Service and support", "Сервис және қолдау", "Сервіс і підтримка"),
    outcome: "interest",
    kind: "service",
    slaS: 1800,
  },
  { code: "complaint", name: t("Претензия", "Complaint", "Шағым", "Скарга"), outcome: "claim", kind: null, slaS: 900 },
  { code: "information", name: t("Справка", "Information", "Анықтама", "Довідка"), outcome: "information", kind: null, slaS: 3600 },
  {
    code: "transfer",
    name: t("Соединить с сотрудником", "Asked for a colleague", "Қызметкерге қосу", "З’єднати зі співробітником"),
    outcome: "transfer",
    kind: null,
    slaS: 900,
  },
  { code: "wrong_number", name: t("Ошиблись номером", "Wrong number", "Қате нөмір", "Помилились номером"), outcome: "reject", kind: null, slaS: null },
  { code: "spam", name: t("Реклама и спам", "Advertising and spam", "Жарнама және спам", "Реклама і спам"), outcome: "reject", kind: null, slaS: null },
] as const;

export const LOSS_REASONS = [
  { kind: "deal_lost", name: t("Дорого", "Too expensive", "Қымбат", "Дорого") },
  { kind: "deal_lost", name: t("Выбрали конкурента", "Chose a competitor", "Бәсекелесті таңдады", "Обрали конкурента") },
  { kind: "deal_lost", name: t("Не устроили сроки", "Delivery time", "Мерзімі сәйкес келмеді", "Не влаштували строки") },
  { kind: "deal_lost", name: t("Пропал интерес", "Lost interest", "Клиент қызықпай қойды", "Зник інтерес") },
  { kind: "demand_unmet", name: t("Нет в наличии", "Out of stock", "Қолда жоқ", "Немає в наявності") },
  { kind: "demand_unmet", name: t("Такого не делаем", "We do not offer this", "Мұндай қызмет жоқ", "Такого не робимо") },
  { kind: "lead_disqualified", name: t("Не наш клиент", "Not our client", "Біздің клиент емес", "Не наш клієнт") },
  { kind: "lead_disqualified", name: t("Не удалось связаться", "Could not be reached", "Байланыса алмадық", "Не вдалося зв’язатися") },
  { kind: "deal_lost", name: t("Другое", "Other", "Басқа", "Інше"), needsText: true },
  { kind: "demand_unmet", name: t("Другое", "Other", "Басқа", "Інше"), needsText: true },
] as const;

const STATUSES = [
  { code: "planned", state: "planned", name: t("Запланировано", "Planned", "Жоспарланған", "Заплановано") },
  { code: "done", state: "done", name: t("Выполнено", "Done", "Орындалды", "Виконано") },
  { code: "failed", state: "failed", name: t("Не состоялось", "Did not happen", "Болмады", "Не відбулося") },
  { code: "cancelled", state: "cancelled", name: t("Отменено", "Cancelled", "Тоқтатылды", "Скасовано") },
] as const;

/** Why a call came to nothing (IA-03). */
const FAILURES = [
  { code: "no_answer", state: "failed", name: t("Не ответили", "No answer", "Жауап бермеді", "Не відповіли") },
  { code: "busy", state: "failed", name: t("Занято", "Busy", "Бос емес", "Зайнято") },
  { code: "not_reached", state: "failed", name: t("Не дозвонились", "Not reached", "Қосыла алмады", "Не додзвонилися") },
] as const;

/**
 * Every type has the same four statuses; a call has those of FAILURES besides. `points` are those of an item of any stage, `stages` those of the
 * stages of a sale in their order: the starter matrix of B2.
 */
export const INTERACTION_TYPES = [
  { code: "call", name: t("Звонок", "Call", "Қоңырау", "Дзвінок"), icon: "phone", color: "blue", minutes: 15, points: 5, stages: [5, 8, 10, 6], touch: true },
  { code: "letter", name: t("Письмо", "Letter", "Хат", "Лист"), icon: "mail", color: "violet", minutes: 15, points: 3, stages: [3, 4, 6, 4], touch: true },
  { code: "message", name: t("Переписка", "Messages", "Хат алмасу", "Листування"), icon: "message", color: "teal", minutes: 15, points: 1, touch: true },
  { code: "sms", name: t("СМС", "SMS", "СМС", "СМС"), icon: "message-2", color: "cyan", minutes: 5, points: 1, touch: true },
  {
    code: "meeting",
    name: t("Встреча", "Meeting", "Кездесу", "Зустріч"),
    icon: "users",
    color: "orange",
    minutes: 60,
    points: 20,
    stages: [20, 30, 30, 25],
    touch: true,
  },
  {
    code: "presentation",
    name: t("Презентация", "Presentation", "Таныстырылым", "Презентація"),
    icon: "presentation",
    color: "grape",
    minutes: 60,
    points: 40,
    touch: true,
  },
  {
    code: "proposal",
    name: t("Коммерческое предложение", "Proposal", "Коммерциялық ұсыныс", "Комерційна пропозиція"),
    icon: "file-text",
    color: "indigo",
    minutes: 30,
    points: 20,
    touch: true,
  },
  { code: "note", name: t("Заметка", "Note", "Жазба", "Нотатка"), icon: "note", color: "gray", minutes: 5, points: 1, touch: false },
] as const;
/** The statuses that a type starts with. */
export const statusesOf = (type: (typeof INTERACTION_TYPES)[number]) => (type.code === "call" ? [...STATUSES, ...FAILURES] : STATUSES);

export const SOURCES = [
  { code: "phone", name: t("Входящий звонок", "Incoming call", "Кіріс қоңырау", "Вхідний дзвінок"), channelKind: "asterisk-ari" },
  { code: "email", name: t("Электронная почта", "E-mail", "Электрондық пошта", "Електронна пошта"), channelKind: "email" },
  { code: "site", name: t("Чат на сайте", "Chat on the site", "Сайттағы чат", "Чат на сайті"), channelKind: "web-chat" },
  { code: "form", name: t("Заявка с сайта", "Request from the site", "Сайттан өтінім", "Заявка із сайту"), channelKind: "web-form" },
  { code: "sms", name: t("СМС", "SMS", "СМС", "СМС"), channelKind: "sms-smpp" },
  { code: "telegram", name: t("Телеграм", "Telegram", "Телеграм", "Телеграм"), channelKind: "telegram" },
  { code: "viber", name: t("Вайбер", "Viber", "Вайбер", "Вайбер"), channelKind: "viber" },
  { code: "vk", name: t("ВКонтакте", "VKontakte", "ВКонтакте", "ВКонтакте"), channelKind: "vk" },
  { code: "recommendation", name: t("Рекомендация", "Recommendation", "Ұсыныс бойынша", "Рекомендація"), channelKind: null },
  { code: "advertising", name: t("Реклама", "Advertising", "Жарнама", "Реклама"), channelKind: null },
  { code: "exhibition", name: t("Выставка", "Exhibition", "Көрме", "Виставка"), channelKind: null },
] as const;

export const CUSTOMER_STATUSES = [
  { code: "potential", name: t("Потенциальный", "Potential", "Әлеуетті", "Потенційний"), color: "gray" },
  { code: "active", name: t("Действующий", "Active", "Белсенді", "Діючий"), color: "green" },
  { code: "sleeping", name: t("Спящий", "Sleeping", "Ұйқыдағы", "Сплячий"), color: "yellow" },
  { code: "lost", name: t("Ушедший", "Gone", "Кеткен", "Втрачений"), color: "red" },
] as const;

export const REGIONS = [
  { code: "almaty", name: t("Алматы", "Almaty", "Алматы", "Алмати") },
  { code: "astana", name: t("Астана", "Astana", "Астана", "Астана") },
  { code: "shymkent", name: t("Шымкент", "Shymkent", "Шымкент", "Шимкент") },
  { code: "karaganda", name: t("Караганда", "Karaganda", "Қарағанды", "Караганда") },
  { code: "other", name: t("Другой регион", "Other region", "Басқа өңір", "Інший регіон") },
] as const;
export const INDUSTRIES = [
  { code: "retail", name: t("Торговля", "Retail", "Сауда", "Торгівля") },
  { code: "production", name: t("Производство", "Manufacturing", "Өндіріс", "Виробництво") },
  { code: "construction", name: t("Строительство", "Construction", "Құрылыс", "Будівництво") },
  { code: "services", name: t("Услуги", "Services", "Қызмет көрсету", "Послуги") },
  { code: "it", name: t("Информационные технологии", "Information technology", "Ақпараттық технологиялар", "Інформаційні технології") },
] as const;
