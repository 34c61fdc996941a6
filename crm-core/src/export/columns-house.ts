import type { AbsenceView } from "@kommutator/contract/api/absence";
import type { AuditView, DepartmentView, EmployeeView, RoleView } from "@kommutator/contract/api/admin";
import type { CannedAnswer } from "@kommutator/contract/api/canned";
import type { CatalogueEntry } from "@kommutator/contract/api/catalogue";
import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import type { ExclusionView } from "@kommutator/contract/api/dispatch-rule";
import type { DuplicatePair } from "@kommutator/contract/api/duplicate";
import type { InWorkItem } from "@kommutator/contract/api/interaction";
import type { LossReport, StageTimes } from "@kommutator/contract/api/interest";
import type { PresenceDay, PresenceSpan } from "@kommutator/contract/api/presence-log";
import type { z } from "zod";
import { type Text, t } from "../setup/texts.ts";
import type { Cell, ExportColumn } from "./column.ts";
import { AUDIT_ACTION, AUDIT_ACTOR, AUDIT_KIND } from "./words-audit.ts";
import {
  ABSENCE_KIND,
  ABSENCE_STATE,
  AGENT_STATE,
  CANNED_SCOPE,
  CARD,
  DIALOG_STATE,
  IDENTITY_KIND,
  LEVEL,
  LOSS_KIND,
  PAUSE_REASON,
  PERSON_STATE,
  WORK_KIND,
  YES_NO,
} from "./words-house.ts";

const at = (iso: string | null): Cell => (iso === null ? null : { at: iso });
const ref = (id: string | null): Cell => (id === null ? null : { id });
const word = (words: Readonly<Record<string, Text>>, code: string): Cell => (words[code] === undefined ? code : { word: words[code] });
const hours = (seconds: number | null): Cell => (seconds === null ? null : Math.round(seconds / 36) / 100);
const yes = (is: boolean): Cell => ({ word: YES_NO[is ? "true" : "false"] });

const NAME = t("Название", "Name", "Атауы", "Назва");
const STATE = t("Состояние", "State", "Күйі", "Стан");
const RESPONSIBLE = t("Ответственный", "Responsible", "Жауапты", "Відповідальний");
const DEPARTMENT = t("Отдел", "Department", "Бөлім", "Відділ");
const PEOPLE = t("Сотрудников", "People", "Қызметкерлер", "Співробітників");
const KIND = t("Вид", "Kind", "Түрі", "Вид");
const REASON = t("Причина", "Reason", "Себебі", "Причина");
const WITH = t("С кем", "With", "Кіммен", "З ким");
const WHO = t("Кто", "Who", "Кім", "Хто");

export const dialogs: ExportColumn<DialogSummary>[] = [
  { title: t("Открыт", "Opened", "Ашылған", "Відкрито"), cell: (r) => at(r.openedAt) },
  { title: t("Закрыт", "Closed", "Жабылған", "Закрито"), cell: (r) => at(r.closedAt) },
  { title: t("Канал", "Channel", "Арна", "Канал"), cell: (r) => r.channelName },
  { title: WITH, cell: (r) => r.party.name },
  { title: t("Откуда", "From", "Қайдан", "Звідки"), cell: (r) => r.party.identityValue },
  { title: t("Тема", "Subject", "Тақырыбы", "Тема"), cell: (r) => r.subject },
  { title: STATE, cell: (r) => word(DIALOG_STATE, r.state) },
  { title: t("Очередь", "Queue", "Кезек", "Черга"), cell: (r) => r.queue?.name ?? null },
  { title: t("Ведёт", "In hand of", "Жүргізеді", "Веде"), cell: (r) => r.assignee?.name ?? null },
  { title: RESPONSIBLE, cell: (r) => r.party.responsible?.name ?? null },
  { title: t("Ждёт ответа с", "Waits for an answer since", "Жауап күтеді", "Чекає відповіді з"), cell: (r) => at(r.waitingSince) },
  { title: t("Последнее сообщение", "Last message", "Соңғы хабар", "Останнє повідомлення"), cell: (r) => r.lastMessage?.text ?? null },
];

export const duplicates: ExportColumn<DuplicatePair>[] = [
  { title: KIND, cell: (r) => word(CARD, r.a.card) },
  { title: t("Первая карточка", "First card", "Бірінші карточка", "Перша картка"), cell: (r) => r.a.name },
  { title: t("О первой", "Of the first", "Бірінші туралы", "Про першу"), cell: (r) => r.a.detail },
  { title: t("Вид второй", "Kind of the second", "Екіншінің түрі", "Вид другої"), cell: (r) => word(CARD, r.b.card) },
  { title: t("Вторая карточка", "Second card", "Екінші карточка", "Друга картка"), cell: (r) => r.b.name },
  { title: t("О второй", "Of the second", "Екінші туралы", "Про другу"), cell: (r) => r.b.detail },
  { title: t("Совпадение", "Likeness", "Сәйкестік", "Збіг"), cell: (r) => word(LEVEL, r.level) },
  { title: t("Балл", "Score", "Балл", "Бал"), cell: (r) => r.score },
  { title: t("Найдено", "Found", "Табылған", "Знайдено"), cell: (r) => at(r.foundAt) },
];

export const losses: ExportColumn<LossReport["reasons"][number]>[] = [
  { title: REASON, cell: (r) => ({ entry: r }) },
  { title: KIND, cell: (r) => word(LOSS_KIND, r.kind) },
  { title: t("Количество", "Count", "Саны", "Кількість"), cell: (r) => r.count },
  { title: t("Из них без суммы", "Of them without amount", "Сомасыз", "З них без суми"), cell: (r) => r.withoutAmount },
  { title: t("Сумма", "Amount", "Сомасы", "Сума"), cell: (r) => r.sums.map((s) => `${s.amount} ${s.currency}`).join("; ") },
];

type StageTime = StageTimes["stages"][number];
export const stageTimes: ExportColumn<StageTime>[] = [
  { title: t("Стадия", "Stage", "Кезең", "Стадія"), cell: (r) => ({ entry: r }) },
  { title: t("План, ч", "Planned, h", "Жоспар, сағ", "План, год"), cell: (r) => hours(r.plannedSeconds) },
  { title: t("Пройдена раз", "Times completed", "Өтілген рет", "Пройдено разів"), cell: (r) => r.completed.n },
  { title: t("Среднее, ч", "Mean, h", "Орташа, сағ", "Середнє, год"), cell: (r) => hours(r.completed.mean) },
  { title: t("Медиана, ч", "Median, h", "Медиана, сағ", "Медіана, год"), cell: (r) => hours(r.completed.median) },
  { title: t("90 %, ч", "90 %, h", "90 %, сағ", "90 %, год"), cell: (r) => hours(r.completed.p90) },
  { title: t("Позже срока", "Late", "Мерзімінен кеш", "Пізніше строку"), cell: (r) => r.completed.late },
  { title: t("Сейчас на стадии", "Here now", "Қазір осы кезеңде", "Зараз на стадії"), cell: (r) => r.open.count },
  { title: t("Дошли", "Reached", "Жетті", "Дійшли"), cell: (r) => r.reached },
  { title: t("Пропущена", "Skipped", "Өткізілді", "Пропущено"), cell: (r) => r.skipped },
  { title: t("Повторно", "Again", "Қайтадан", "Повторно"), cell: (r) => r.reworked },
];

export const inWork: ExportColumn<InWorkItem>[] = [
  { title: KIND, cell: (r) => (r.type === null ? word(WORK_KIND, r.kind) : { entry: r.type }) },
  { title: t("Срок", "Due", "Мерзімі", "Термін"), cell: (r) => at(r.at) },
  { title: t("Просрочено", "Overdue", "Мерзімі өткен", "Прострочено"), cell: (r) => yes(r.overdue) },
  { title: t("Что", "What", "Не", "Що"), cell: (r) => r.title },
  { title: WITH, cell: (r) => r.party },
  { title: t("Исполнитель", "Executor", "Орындаушы", "Виконавець"), cell: (r) => r.employee?.name ?? null },
];

export const employees: ExportColumn<EmployeeView>[] = [
  { title: t("Имя", "Name", "Аты", "Ім'я"), cell: (r) => r.name },
  { title: t("Логин", "Login", "Логин", "Логін"), cell: (r) => r.login },
  { title: t("Должность", "Position", "Лауазымы", "Посада"), cell: (r) => r.position },
  { title: DEPARTMENT, cell: (r) => r.department.name },
  { title: t("Роли", "Roles", "Рөлдер", "Ролі"), cell: (r) => r.roles.map((role) => role.name).join(", ") },
  { title: t("Рабочее время", "Calendar", "Жұмыс уақыты", "Робочий час"), cell: (r) => r.calendar.name },
  { title: t("Внутренний номер", "Extension", "Ішкі нөмір", "Внутрішній номер"), cell: (r) => r.extension },
  { title: t("E-mail", "E-mail", "E-mail", "E-mail"), cell: (r) => r.email },
  { title: t("Телефон", "Phone", "Телефон", "Телефон"), cell: (r) => r.mobile },
  { title: t("Ставка", "Part of full time", "Мөлшерлеме", "Ставка"), cell: (r) => r.fte },
  { title: STATE, cell: (r) => word(PERSON_STATE, r.state) },
];

export const absences: ExportColumn<AbsenceView>[] = [
  { title: t("Сотрудник", "Person", "Қызметкер", "Співробітник"), cell: (r) => r.employee.name },
  { title: KIND, cell: (r) => word(ABSENCE_KIND, r.kind) },
  { title: t("С", "From", "Басы", "З"), cell: (r) => at(r.from) },
  { title: t("По", "To", "Соңы", "До"), cell: (r) => at(r.to) },
  { title: REASON, cell: (r) => r.reason },
  { title: t("Замещает", "Stands in", "Алмастырады", "Заміщує"), cell: (r) => (r.standIn ?? r.substitute)?.name ?? null },
  { title: STATE, cell: (r) => word(ABSENCE_STATE, r.state) },
  { title: t("Передано", "Delegated", "Берілді", "Передано"), cell: (r) => r.delegated.total },
  { title: t("Из них открыто", "Of them open", "Оның ашығы", "З них відкрито"), cell: (r) => r.delegated.open },
];

export const presenceLog: ExportColumn<Omit<PresenceDay, "spans"> & PresenceSpan>[] = [
  { title: t("Сотрудник", "Person", "Қызметкер", "Співробітник"), cell: (r) => r.employee.name },
  { title: DEPARTMENT, cell: (r) => r.departmentName },
  { title: STATE, cell: (r) => word(AGENT_STATE, r.state) },
  { title: REASON, cell: (r) => (r.reason === null || r.reason === "" ? null : word(PAUSE_REASON, r.reason)) },
  { title: t("С", "From", "Басы", "З"), cell: (r) => at(r.from) },
  { title: t("По", "To", "Соңы", "До"), cell: (r) => at(r.to) },
  { title: t("Секунд", "Seconds", "Секунд", "Секунд"), cell: (r) => r.seconds },
];

export const departments: ExportColumn<z.infer<typeof DepartmentView>>[] = [
  { title: NAME, cell: (r) => r.name },
  { title: t("Входит в", "Part of", "Құрамында", "Входить до"), cell: (r) => ref(r.parentId) },
  { title: t("Руководитель", "Head", "Басшы", "Керівник"), cell: (r) => ref(r.headId) },
  { title: PEOPLE, cell: (r) => r.employees },
  { title: t("Дневная норма, баллы", "Day’s norm, points", "Күндік норма, балл", "Денна норма, бали"), cell: (r) => r.dayNormPoints },
];

export const roles: ExportColumn<RoleView>[] = [
  { title: NAME, cell: (r) => r.name },
  { title: PEOPLE, cell: (r) => r.people },
  {
    title: t("Что разрешено", "What is permitted", "Не рұқсат етілген", "Що дозволено"),
    cell: (r) => r.permissions.map((p) => `${p.object}.${p.action}: ${p.scope}`).join("; "),
  },
];

export const audit: ExportColumn<AuditView>[] = [
  { title: t("Когда", "When", "Қашан", "Коли"), cell: (r) => at(r.at) },
  { title: WHO, cell: (r) => r.actor },
  { title: t("Кто это", "What they are", "Бұл кім", "Хто це"), cell: (r) => word(AUDIT_ACTOR, r.actorKind) },
  { title: t("Вместо кого", "On behalf of", "Кімнің орнына", "Замість кого"), cell: (r) => r.onBehalfOf?.name ?? null },
  { title: t("Что", "What", "Не", "Що"), cell: (r) => word(AUDIT_KIND, r.objectKind) },
  { title: t("Код карточки", "Id of the card", "Карточка коды", "Код картки"), cell: (r) => r.objectId },
  {
    title: t("Действие", "Action", "Әрекет", "Дія"),
    cell: (r) => (r.action.startsWith("export-") ? word(AUDIT_ACTION, "export") : word(AUDIT_ACTION, r.action)),
  },
  { title: t("Изменения", "Changes", "Өзгерістер", "Зміни"), cell: (r) => (Object.keys(r.changes).length === 0 ? null : JSON.stringify(r.changes)) },
];

export const blocked: ExportColumn<ExclusionView>[] = [
  { title: KIND, cell: (r) => word(IDENTITY_KIND, r.kind) },
  { title: t("Номер или адрес", "Number or address", "Нөмір немесе мекенжай", "Номер або адреса"), cell: (r) => r.value },
  { title: REASON, cell: (r) => r.reason },
  { title: WHO, cell: (r) => r.by?.name ?? null },
  { title: t("Когда", "When", "Қашан", "Коли"), cell: (r) => at(r.createdAt) },
];

export const canned: ExportColumn<CannedAnswer>[] = [
  { title: NAME, cell: (r) => r.title },
  { title: t("Сокращение", "Shortcut", "Қысқарту", "Скорочення"), cell: (r) => r.shortcut },
  { title: t("Чей", "Whose", "Кімдікі", "Чия"), cell: (r) => word(CANNED_SCOPE, r.scope) },
  { title: DEPARTMENT, cell: (r) => r.department?.name ?? null },
  { title: t("Папка", "Folder", "Қалта", "Папка"), cell: (r) => r.folder },
  { title: t("Текст", "Text", "Мәтін", "Текст"), cell: (r) => r.body },
  { title: t("Использован", "Used", "Қолданылды", "Використано"), cell: (r) => r.uses },
  { title: t("Изменён", "Changed", "Өзгертілген", "Змінено"), cell: (r) => at(r.changedAt) },
];

/** Fields that every entry has or that only the machine needs; what else an entry has stands in one column, each by its code. */
const OF_EVERY = ["id", "name", "code", "pos", "translations", "archived", "version"];
export const catalogues: ExportColumn<CatalogueEntry>[] = [
  { title: NAME, cell: (r) => r.name },
  { title: t("Код", "Code", "Коды", "Код"), cell: (r) => (typeof r["code"] === "string" ? r["code"] : null) },
  { title: t("Место", "Place", "Орны", "Місце"), cell: (r) => r.pos },
  {
    title: t("На других языках", "In other languages", "Басқа тілдерде", "Іншими мовами"),
    cell: (r) =>
      Object.entries(r.translations)
        .map(([locale, name]) => `${locale}: ${name}`)
        .join("; "),
  },
  { title: t("В архиве", "Archived", "Мұрағатта", "В архіві"), cell: (r) => yes(r.archived) },
  {
    title: t("Остальное", "The rest", "Қалғаны", "Решта"),
    cell: (r) =>
      Object.entries(r)
        .filter(([field, value]) => !OF_EVERY.includes(field) && value !== null && value !== "")
        .map(([field, value]) => `${field}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
        .join("; "),
  },
];
