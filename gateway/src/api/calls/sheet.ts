import type { CallRow } from "@kommutator/contract/api/calls-register";
import type { SheetCell } from "@kommutator/crm-core/export/xlsx";
import { type Locale, type Text, t } from "@kommutator/crm-core/setup/texts";

type Cell = string | number | null | { at: string } | { word: Text };

const DIRECTIONS: Record<CallRow["direction"], Text> = {
  in: t("Входящий", "Incoming", "Кіріс", "Вхідний"),
  out: t("Исходящий", "Outgoing", "Шығыс", "Вихідний"),
  internal: t("Внутренний", "Internal", "Ішкі", "Внутрішній"),
};
const DISPOSITIONS: Record<NonNullable<CallRow["disposition"]>, Text> = {
  answered: t("разговор", "answered", "сөйлесу", "розмова"),
  abandoned_queue: t("не дождался", "gave up waiting", "күтпей кетті", "не дочекався"),
  no_answer: t("без ответа", "no answer", "жауапсыз", "без відповіді"),
  busy: t("занято", "busy", "бос емес", "зайнято"),
  failed: t("сбой", "failed", "ақау", "збій"),
  congestion: t("сеть перегружена", "network congested", "желі шамадан тыс жүктелген", "мережа перевантажена"),
  voicemail: t("голосовая почта", "voicemail", "дауыстық пошта", "голосова пошта"),
  fallback: t("резервная линия", "standby line", "резервтік желі", "резервна лінія"),
  blocked: t("заблокирован", "blocked", "бұғатталған", "заблокований"),
};
const IN_PROGRESS = t("идёт", "in progress", "жүріп жатыр", "триває");
const SOURCES: Record<CallRow["source"], Text> = {
  live: t("сразу", "at once", "бірден", "одразу"),
  reconciled: t("после сверки с АТС", "after a check with the PBX", "АТС-пен салыстырғаннан кейін", "після звірки з АТС"),
  reconstructed: t("по записям АТС", "from the PBX's records", "АТС жазбалары бойынша", "за записами АТС"),
};

const COLUMNS: [Text, (row: CallRow) => Cell][] = [
  [t("Начало", "Began", "Басталуы", "Початок"), (r) => ({ at: r.startedAt })],
  [t("Направление", "Direction", "Бағыты", "Напрямок"), (r) => ({ word: DIRECTIONS[r.direction] })],
  [t("Откуда", "From", "Қайдан", "Звідки"), (r) => r.from],
  [t("Куда", "To", "Қайда", "Куди"), (r) => r.to],
  [t("Канал", "Channel", "Арна", "Канал"), (r) => r.channel.name],
  [t("Линия", "Line", "Желі", "Лінія"), (r) => r.line],
  [t("Очередь", "Queue", "Кезек", "Черга"), (r) => r.queue?.name ?? null],
  [t("Ответ", "Answered", "Жауап", "Відповідь"), (r) => at(r.answeredAt)],
  [t("Конец", "Ended", "Аяқталуы", "Кінець"), (r) => at(r.endedAt)],
  [t("Ждал, с", "Waited, s", "Күтті, с", "Чекав, с"), (r) => seconds(r.waitMs)],
  [t("Звонил, с", "Rang, s", "Шырылдады, с", "Дзвонив, с"), (r) => (r.ringMs === null ? null : seconds(r.ringMs))],
  [t("Говорили, с", "Talked, s", "Сөйлесті, с", "Говорили, с"), (r) => seconds(r.talkMs)],
  [t("Итог", "Outcome", "Нәтижесі", "Підсумок"), (r) => ({ word: r.disposition === null ? IN_PROGRESS : DISPOSITIONS[r.disposition] })],
  [t("Ответил", "Answered by", "Жауап берген", "Відповів"), (r) => r.answeredBy?.name ?? null],
  // What the telephone system said of each leg stands in its own words.
  [t("Путь", "Path", "Жолы", "Шлях"), (r) => r.path.map((p) => `${p.employee?.name ?? p.number ?? ""} (${p.cause ?? p.state})`).join(" > ")],
  [t("С кем", "With", "Кіммен", "З ким"), (r) => r.party.name],
  [t("Интерес", "Interest", "Мүдде", "Інтерес"), (r) => (r.interestNumber === null ? null : `№${r.interestNumber}`)],
  // Where it is heard, for those who may; the path is from the root of this house.
  [t("Запись разговора", "Recording", "Сөйлесу жазбасы", "Запис розмови"), (r) => (r.recordingBlobId === null ? null : `/api/v1/blobs/${r.recordingBlobId}`)],
  [t("Запись сделана", "Recorded", "Жазылуы", "Записано"), (r) => ({ word: SOURCES[r.source] })],
  [t("Код звонка", "Call id", "Қоңырау коды", "Код дзвінка"), (r) => r.id],
];

const CUT = t(
  "Здесь только первые {n} звонков, есть ещё: сузьте период и выгрузите остальные отдельно.",
  "These are the first {n} calls only, there are more: narrow the period and take the rest separately.",
  "Мұнда алғашқы {n} қоңырау ғана, тағы бар: кезеңді тарылтып, қалғанын бөлек алыңыз.",
  "Тут лише перші {n} дзвінків, є ще: звузьте період і вивантажте решту окремо.",
);

const at = (iso: string | null): Cell => (iso === null ? null : { at: iso });
const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/**
 * The register as rows of a file in a person's language and the company's zone: the heading, a row for each call, and what the last row of a
 * file says that has no room for all of them. A sheet's times are whole minutes.
 */
export function registerSheet(
  locale: Locale,
  tz: string,
  format: "csv" | "xlsx",
): { heading: SheetCell[]; row: (call: CallRow) => SheetCell[]; cut: (most: number) => SheetCell[] } {
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short", timeStyle: format === "csv" ? "medium" : "short" });
  const written = (cell: Cell): SheetCell => {
    if (typeof cell !== "object" || cell === null) return cell;
    return "word" in cell ? cell.word[locale] : { local: local.format(new Date(cell.at)) };
  };
  return {
    heading: COLUMNS.map(([title]) => title[locale]),
    row: (call) => COLUMNS.map(([, value]) => written(value(call))),
    cut: (most) => [CUT[locale].replace("{n}", String(most))],
  };
}
