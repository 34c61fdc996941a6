import type { AbsenceView } from "@kommutator/contract/api/absence";
import type { EmployeeView } from "@kommutator/contract/api/admin";
import type { CannedAnswer } from "@kommutator/contract/api/canned";
import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import type { ExclusionView } from "@kommutator/contract/api/dispatch-rule";
import type { DuplicatePair } from "@kommutator/contract/api/duplicate";
import type { InWorkItem } from "@kommutator/contract/api/interaction";
import type { LossReport } from "@kommutator/contract/api/interest";
import type { PresenceSpan } from "@kommutator/contract/api/presence-log";
import { type Text, t } from "../setup/texts.ts";

/** What the lists of the house call the kinds and states of their rows, in the words of the workspace. */
type Words<Code extends string> = Record<Code, Text>;

export const DIALOG_STATE: Words<DialogSummary["state"]> = {
  new: t("Новый", "New", "Жаңа", "Новий"),
  queued: t("В очереди", "Queued", "Кезекте", "У черзі"),
  offered: t("Предложен", "Offered", "Ұсынылды", "Запропоновано"),
  active: t("В работе", "Active", "Жұмыста", "У роботі"),
  held: t("На удержании", "On hold", "Ұстап тұр", "На утриманні"),
  wrapup: t("Завершение", "Wrap-up", "Аяқтау", "Завершення"),
  closed: t("Закрыт", "Closed", "Жабық", "Закрито"),
  abandoned: t("Не дождался", "Abandoned", "Күтпеді", "Не дочекався"),
};

export const ABSENCE_STATE: Words<AbsenceView["state"]> = {
  scheduled: t("запланировано", "planned", "жоспарланған", "заплановано"),
  active: t("отсутствует", "absent", "жоқ", "відсутній"),
  returning: t("вернулся, ждёт передачи", "back, hand-back waits", "қайтты, қабылдауды күтеді", "повернувся, чекає передачі"),
  closed: t("завершено", "over", "аяқталды", "завершено"),
  cancelled: t("отменено", "cancelled", "болдырылмады", "скасовано"),
};

export const AGENT_STATE: Words<PresenceSpan["state"]> = {
  offline: t("Не в сети", "Offline", "Желіде емес", "Не в мережі"),
  unreachable: t("Недоступен", "Unreachable", "Қолжетімсіз", "Недоступний"),
  paused: t("Перерыв", "Break", "Үзіліс", "Перерва"),
  idle: t("Готов", "Ready", "Дайын", "Готовий"),
  offered: t("Вызывается", "Being offered", "Шақырылуда", "Викликається"),
  busy: t("Занят", "Busy", "Бос емес", "Зайнятий"),
  wrapup: t("Завершает", "Wrapping up", "Аяқтауда", "Завершує"),
};

export const PAUSE_REASON: Readonly<Record<string, Text>> = {
  auto: t("Два пропущенных подряд", "Two missed in a row", "Қатарынан екі жауапсыз", "Два пропущених поспіль"),
  break: t("Короткий перерыв", "Short break", "Қысқа үзіліс", "Коротка перерва"),
  lunch: t("Обед", "Lunch", "Түскі ас", "Обід"),
  meeting: t("Совещание", "Meeting", "Жиналыс", "Нарада"),
  training: t("Обучение", "Training", "Оқу", "Навчання"),
  paperwork: t("Работа с документами", "Paperwork", "Құжаттармен жұмыс", "Робота з документами"),
};

export const ABSENCE_KIND: Words<AbsenceView["kind"]> = {
  planned: t("плановое", "planned", "жоспарлы", "планова"),
  unplanned: t("внеплановое", "unplanned", "жоспардан тыс", "позапланова"),
};

export const PERSON_STATE: Words<EmployeeView["state"]> = {
  active: t("Работает", "Active", "Жұмыс істейді", "Працює"),
  suspended: t("Приостановлен", "Suspended", "Тоқтатылған", "Призупинено"),
  dismissed: t("Уволен", "Dismissed", "Жұмыстан шыққан", "Звільнено"),
};

export const IDENTITY_KIND: Words<ExclusionView["kind"]> = {
  phone: t("Телефон", "Phone", "Телефон", "Телефон"),
  email: t("Эл. почта", "E-mail", "Эл. пошта", "Ел. пошта"),
  telegram: t("Телеграм", "Telegram", "Телеграм", "Телеграм"),
  viber: t("Вайбер", "Viber", "Вайбер", "Вайбер"),
  vk: t("ВКонтакте", "VK", "ВКонтакте", "ВКонтакте"),
  site_visitor: t("Посетитель сайта", "Site visitor", "Сайтқа келуші", "Відвідувач сайту"),
};

export const CANNED_SCOPE: Words<CannedAnswer["scope"]> = {
  personal: t("Личные", "Mine", "Менікі", "Особисті"),
  department: t("Отдела", "Department’s", "Бөлімдікі", "Відділу"),
  all: t("Общие", "Everybody’s", "Ортақ", "Спільні"),
};

export const LOSS_KIND: Words<LossReport["reasons"][number]["kind"]> = {
  deal_lost: t("Сделка проиграна", "Deal lost", "Мәміле жеңілді", "Угоду програно"),
  demand_unmet: t("Спрос не удовлетворён", "Demand not met", "Сұраныс қанағаттандырылмады", "Попит не задоволено"),
};

export const WORK_KIND: Words<InWorkItem["kind"]> = {
  interaction: t("Взаимодействие", "Interaction", "Өзара әрекет", "Взаємодія"),
  inquiry: t("Обращение", "Inquiry", "Өтініш", "Звернення"),
};

export const CARD: Words<DuplicatePair["a"]["card"]> = {
  customer: t("Клиент", "Customer", "Клиент", "Клієнт"),
  contact: t("Контактное лицо", "Contact", "Байланыс тұлғасы", "Контактна особа"),
  lead: t("Лид", "Lead", "Лид", "Лід"),
};

export const LEVEL: Words<DuplicatePair["level"]> = {
  certain: t("точно", "certain", "анық", "точно"),
  probable: t("вероятно", "probable", "ықтимал", "імовірно"),
};

export const YES_NO = { true: t("да", "yes", "иә", "так"), false: t("нет", "no", "жоқ", "ні") } as const;
