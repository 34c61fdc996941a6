import type { NoticeWhy, NotificationEvent } from "@kommutator/contract/api/notification";
import { type Locale, type Text, t } from "../setup/texts.ts";

const SUBJECTS: Record<NotificationEvent, Text> = {
  mention: t("Вас упомянули в заметке", "You are mentioned in a note", "Сіз жазбада аталдыңыз", "Вас згадали в нотатці"),
  hand_back: t("Работа ждёт, чтобы вы забрали её", "Work waits to be taken back", "Жұмысты қайта алу керек", "Робота чекає, щоб ви забрали її"),
  no_show: t("Сотрудник не вышел на смену", "Somebody has not come to the shift", "Қызметкер ауысымға келмеді", "Співробітник не вийшов на зміну"),
  handover: t("Вам передано", "Handed over to you", "Сізге берілді", "Вам передано"),
  "interaction.soon": t("Скоро", "Soon", "Жақында", "Незабаром"),
  "interaction.overdue": t("Просрочено", "Overdue", "Мерзімі өтті", "Прострочено"),
  "task.new": t("Новая задача", "A new task", "Жаңа тапсырма", "Нове завдання"),
  "task.changed": t("Задача изменилась", "A task has changed", "Тапсырма өзгерді", "Завдання змінилося"),
  "task.overdue": t("Задача просрочена", "A task is overdue", "Тапсырманың мерзімі өтті", "Завдання прострочене"),
  "lead.deadline": t("Срок лида", "A lead's deadline", "Лид мерзімі", "Термін ліда"),
  "inquiry.deadline": t("Срок обращения", "An inquiry's deadline", "Өтініш мерзімі", "Термін звернення"),
  "interest.late": t("Интерес опаздывает", "An Interest is late", "Мүдде кешігуде", "Інтерес запізнюється"),
  "routing.aside": t("Маршрутизация отложила событие", "Routing set an event aside", "Бағыттау оқиғаны кейінге қалдырды", "Маршрутизація відклала подію"),
  "interest.stuck": t("Интерес стоит на месте", "An Interest is stuck", "Мүдде орнында тұр", "Інтерес не рухається"),
};
const WHEN = t("Когда", "When", "Қашан", "Коли");
const WHO = t("Клиент", "Customer", "Клиент", "Клієнт");
const WHY = t("Причина", "Reason", "Себебі", "Причина");
const PURPOSE = t("Цель", "Purpose", "Мақсаты", "Мета");
const WHYS: Record<NoticeWhy, Text> = {
  merge: t("карточки объединены", "the cards were merged", "карточкалар біріктірілді", "картки об’єднано"),
  inquiry_attached: t("к Интересу добавлено обращение", "an inquiry joined the Interest", "Мүддеге өтініш қосылды", "до Інтересу додано звернення"),
  first_contact: t("с лидом ещё не связались", "the lead has not been contacted yet", "лидпен әлі байланыс болған жоқ", "з лідом ще не зв’язалися"),
  processing: t("по лиду ещё не решено", "the lead is not decided yet", "лид бойынша әлі шешім жоқ", "за лідом ще не вирішено"),
  plan: t("этап идёт дольше плана", "the stage takes longer than planned", "кезең жоспардан ұзаққа созылды", "етап триває довше за план"),
  too_long: t("этап идёт дольше обычного", "the stage takes longer than usual", "кезең әдеттегіден ұзаққа созылды", "етап триває довше, ніж зазвичай"),
  no_touch: t("давно не было касаний", "not touched for long", "көптен бері байланыс болған жоқ", "давно не було дотиків"),
  time_used: t("прошло {percent} % срока", "{percent}% of the time is over", "мерзімнің {percent} %-ы өтті", "минуло {percent} % строку"),
};
const FOOT = t(
  "Письмо послано по вашим настройкам уведомлений; отвечать на него не нужно.",
  "Sent by your own notification settings; no answer is needed.",
  "Хат сіздің хабарландыру баптауларыңыз бойынша жіберілді; жауап қажет емес.",
  "Лист надіслано за вашими налаштуваннями сповіщень; відповідати не потрібно.",
);

/**
 * The letter of a notice in the person's language: what, about whom, when (in the person's zone), for what, why. No line breaks in the
 * subject. The name of the purpose is taken as it comes: `deliverNotices` reads it in the person's language.
 */
export function letterOf(event: NotificationEvent, payload: Record<string, unknown>, locale: Locale, tz: string): { subject: string; text: string } {
  const word = (key: string) => (typeof payload[key] === "string" && payload[key] !== "" ? (payload[key] as string) : null);
  const title = word("title");
  const at = word("at");
  const when = at === null ? null : new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: tz }).format(new Date(at));
  const purpose = (payload["purpose"] as { name?: string } | null | undefined)?.name ?? null;
  const line = (label: Text, value: string | null) => (value === null ? [] : [`${label[locale]}: ${value}`]);
  const subject = [SUBJECTS[event][locale], title]
    .filter((s) => s !== null)
    .join(": ")
    .replace(/\s+/g, " ")
    .slice(0, 200);
  const lines = [...line(WHO, word("customer")), ...line(WHEN, when), ...line(PURPOSE, purpose), ...line(WHY, word("reason") ?? whyOf(payload, locale))];
  return { subject, text: [subject, "", ...lines, "", FOOT[locale]].join("\n") };
}

/** The house's own reason in words; null where there is none. */
function whyOf({ why, percent }: Record<string, unknown>, locale: Locale): string | null {
  return WHYS[why as NoticeWhy]?.[locale].replace("{percent}", String(percent)) ?? null;
}

/** So much of a text leaves by SMS, without the page's address: two parts of Cyrillic. */
const SMS_LENGTH = 130;

/** The same notice as an SMS: what and when, in one line. */
export function textOf(event: NotificationEvent, payload: Record<string, unknown>, locale: Locale, tz: string): string {
  const at = typeof payload["at"] === "string" ? new Date(payload["at"]) : null;
  const when =
    at === null ? "" : `, ${new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short", timeZone: tz }).format(at).replace(/\s+/g, " ")}`;
  return letterOf(event, payload, locale, tz).subject.slice(0, SMS_LENGTH - when.length) + when;
}

/** Where the workspace shows what a notice is about. */
export function pathOf(object: string | null, id: string | null): string {
  const pages: Record<string, string> = {
    interaction: "events",
    task: "tasks",
    customer: "customers",
    lead: "leads",
    interest: "interests",
    dialog: "dialogs",
  };
  // Who did not come is the head's to say; what is to be taken back opens from the list of notices, in the profile or among the absences.
  if (object === "employee") return "/supervisor/absences";
  const page = object === null ? undefined : pages[object];
  return page === undefined || id === null ? (object === "inquiry" ? "/inquiries" : "/") : `/${page}/${id}`;
}
