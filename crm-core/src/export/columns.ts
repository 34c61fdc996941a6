import type { NamedRef } from "@kommutator/contract/api/common";
import type { ContactRow, CustomerRow } from "@kommutator/contract/api/customer";
import type { ExportList } from "@kommutator/contract/api/export";
import type { InquiryView } from "@kommutator/contract/api/inquiry";
import type { InteractionView } from "@kommutator/contract/api/interaction";
import type { InterestRow } from "@kommutator/contract/api/interest";
import type { LeadView } from "@kommutator/contract/api/lead";
import type { TaskView } from "@kommutator/contract/api/task";
import type { z } from "zod";
import { t } from "../setup/texts.ts";
import type { Cell, ExportColumn } from "./column.ts";
import * as house from "./columns-house.ts";
import { CUSTOMER_KIND, DIRECTION, INQUIRY_ORIGIN, INQUIRY_STATUS, INTERACTION_STATE, INTEREST_STATUS, LEAD_STATUS, TASK_STATE } from "./words.ts";

type Entry = z.infer<typeof NamedRef>;

const entry = (ref: Entry | null): Cell => (ref === null ? null : { entry: ref });
const at = (iso: string | null): Cell => (iso === null ? null : { at: iso });
const points = (lead: LeadView, ...kinds: string[]) =>
  lead.contactPoints
    .filter((p) => kinds.includes(p.kind))
    .map((p) => p.value)
    .join(", ");

const CODE = t("Код", "Code", "Коды", "Код");
const PHONE = t("Телефон", "Phone", "Телефон", "Телефон");
const EMAIL = t("E-mail", "E-mail", "E-mail", "E-mail");
const STATUS = t("Статус", "Status", "Күйі", "Статус");
const STATE = t("Состояние", "State", "Жағдайы", "Стан");
const RESPONSIBLE = t("Ответственный", "Responsible", "Жауапты", "Відповідальний");
const CREATED = t("Добавлен", "Added", "Қосылған", "Додано");
const NUMBER = t("Номер", "Number", "Нөмірі", "Номер");
const CUSTOMER = t("Клиент", "Customer", "Клиент", "Клієнт");
const DUE = t("Срок", "Due", "Мерзімі", "Термін");
const SOURCE = t("Источник", "Source", "Көзі", "Джерело");

const customers: ExportColumn<CustomerRow>[] = [
  { title: CODE, cell: (r) => r.code },
  { title: t("Вид", "Kind", "Түрі", "Вид"), cell: (r) => ({ word: CUSTOMER_KIND[r.kind] }) },
  { title: t("Название", "Name", "Атауы", "Назва"), cell: (r) => r.name },
  { title: STATUS, cell: (r) => entry(r.status) },
  { title: PHONE, cell: (r) => r.mainPhone },
  { title: EMAIL, cell: (r) => r.mainEmail },
  { title: RESPONSIBLE, cell: (r) => r.responsible?.name ?? null },
  { title: t("Открытых Интересов", "Open Interests", "Ашық Мүдделер", "Відкритих Інтересів"), cell: (r) => r.openInterests },
  { title: t("Последний контакт", "Last touch", "Соңғы байланыс", "Останній контакт"), cell: (r) => at(r.lastTouchAt) },
  { title: CREATED, cell: (r) => at(r.createdAt) },
];

const contacts: ExportColumn<ContactRow>[] = [
  { title: CODE, cell: (r) => r.code },
  { title: t("Имя", "Name", "Аты", "Ім'я"), cell: (r) => r.name },
  { title: t("Компания", "Company", "Компания", "Компанія"), cell: (r) => r.customerName },
  { title: t("Должность", "Position", "Лауазымы", "Посада"), cell: (r) => r.position },
  { title: PHONE, cell: (r) => r.mainPhone },
  { title: EMAIL, cell: (r) => r.mainEmail },
  { title: t("Ушёл", "Left", "Кетті", "Пішов"), cell: (r) => r.leftAt },
  { title: CREATED, cell: (r) => at(r.createdAt) },
];

const leads: ExportColumn<LeadView>[] = [
  { title: t("Контактное лицо", "Contact", "Байланыс тұлғасы", "Контактна особа"), cell: (r) => r.contactName },
  { title: t("Компания", "Company", "Компания", "Компанія"), cell: (r) => r.companyName },
  { title: PHONE, cell: (r) => points(r, "phone") },
  { title: EMAIL, cell: (r) => points(r, "email") },
  { title: STATUS, cell: (r) => ({ word: LEAD_STATUS[r.status] }) },
  { title: SOURCE, cell: (r) => entry(r.source) },
  { title: RESPONSIBLE, cell: (r) => r.responsible?.name ?? null },
  { title: DUE, cell: (r) => at(r.dueAt) },
  { title: t("Заметка", "Note", "Ескертпе", "Нотатка"), cell: (r) => r.note },
  { title: CREATED, cell: (r) => at(r.createdAt) },
];

const interests: ExportColumn<InterestRow>[] = [
  { title: NUMBER, cell: (r) => r.number },
  { title: t("Название", "Title", "Атауы", "Назва"), cell: (r) => r.title },
  { title: t("Вид", "Kind", "Түрі", "Вид"), cell: (r) => entry(r.kind) },
  { title: STATUS, cell: (r) => ({ word: INTEREST_STATUS[r.status] }) },
  { title: t("Стадия", "Stage", "Кезең", "Стадія"), cell: (r) => entry(r.stage) },
  { title: CUSTOMER, cell: (r) => r.customer?.name ?? null },
  { title: RESPONSIBLE, cell: (r) => r.responsible?.name ?? null },
  { title: t("Сумма", "Amount", "Сомасы", "Сума"), cell: (r) => r.amount },
  { title: t("Валюта", "Currency", "Валюта", "Валюта"), cell: (r) => r.currency },
  { title: t("Ожидаемое закрытие", "Expected close", "Күтілетін жабылу", "Очікуване закриття"), cell: (r) => r.expectedClose },
  { title: t("Следующий шаг", "Next step", "Келесі қадам", "Наступний крок"), cell: (r) => at(r.nextStepAt) },
  { title: CREATED, cell: (r) => at(r.createdAt) },
];

const interactions: ExportColumn<InteractionView>[] = [
  { title: t("Тип", "Type", "Түрі", "Тип"), cell: (r) => entry(r.type) },
  { title: STATUS, cell: (r) => entry(r.status) },
  { title: STATE, cell: (r) => ({ word: INTERACTION_STATE[r.state] }) },
  { title: t("Направление", "Direction", "Бағыты", "Напрямок"), cell: (r) => ({ word: DIRECTION[r.direction] }) },
  { title: t("Тема", "Subject", "Тақырыбы", "Тема"), cell: (r) => r.subject },
  { title: t("С кем", "With", "Кіммен", "З ким"), cell: (r) => r.party?.name ?? null },
  { title: t("Исполнитель", "Executor", "Орындаушы", "Виконавець"), cell: (r) => r.executor?.name ?? null },
  { title: t("План", "Planned", "Жоспар", "План"), cell: (r) => at(r.plannedFrom) },
  { title: t("Факт", "Took place", "Нақты", "Факт"), cell: (r) => at(r.occurredFrom) },
  { title: t("Описание", "Description", "Сипаттамасы", "Опис"), cell: (r) => r.description },
  { title: t("Результат", "Result", "Нәтижесі", "Результат"), cell: (r) => r.result },
];

const inquiries: ExportColumn<InquiryView>[] = [
  { title: NUMBER, cell: (r) => r.number },
  { title: t("Поступило", "Received", "Түскен", "Надійшло"), cell: (r) => at(r.receivedAt) },
  { title: t("Откуда", "Origin", "Қайдан", "Звідки"), cell: (r) => ({ word: INQUIRY_ORIGIN[r.origin] }) },
  { title: STATUS, cell: (r) => ({ word: INQUIRY_STATUS[r.status] }) },
  { title: t("От кого", "From", "Кімнен", "Від кого"), cell: (r) => r.party.name },
  { title: t("Номер телефона", "Phone number", "Телефон нөмірі", "Номер телефону"), cell: (r) => r.identityValue ?? null },
  { title: SOURCE, cell: (r) => entry(r.source) },
  { title: t("Передано", "Dispatched to", "Берілді", "Передано"), cell: (r) => r.dispatchedTo?.name ?? null },
  { title: DUE, cell: (r) => at(r.dueAt) },
  { title: t("Обработал", "Processed by", "Өңдеген", "Опрацював"), cell: (r) => r.processedBy?.name ?? null },
  { title: t("Обработано", "Processed", "Өңделген", "Опрацьовано"), cell: (r) => at(r.processedAt) },
];

const tasks: ExportColumn<TaskView>[] = [
  { title: NUMBER, cell: (r) => r.number },
  { title: t("Задача", "Task", "Тапсырма", "Завдання"), cell: (r) => r.title },
  { title: STATE, cell: (r) => ({ word: TASK_STATE[r.state] }) },
  { title: t("Исполнитель", "Executor", "Орындаушы", "Виконавець"), cell: (r) => r.executor?.name ?? null },
  { title: t("Автор", "Author", "Авторы", "Автор"), cell: (r) => r.author?.name ?? null },
  { title: t("О чём", "About", "Не туралы", "Про що"), cell: (r) => r.subject?.name ?? null },
  { title: DUE, cell: (r) => at(r.dueAt) },
  { title: t("Сделано", "Done", "Орындалды", "Зроблено"), cell: (r) => at(r.doneAt) },
  { title: t("Результат", "Result", "Нәтижесі", "Результат"), cell: (r) => r.result },
  { title: t("Создана", "Created", "Құрылған", "Створено"), cell: (r) => at(r.createdAt) },
];

/** The columns of each list's file. */
export const COLUMNS = {
  customers,
  contacts,
  leads,
  interests,
  interactions,
  inquiries,
  tasks,
  duplicates: house.duplicates,
  "loss-reasons": house.losses,
  "stage-times": house.stageTimes,
  "in-work": house.inWork,
  dialogs: house.dialogs,
  employees: house.employees,
  absences: house.absences,
  "presence-log": house.presenceLog,
  departments: house.departments,
  roles: house.roles,
  audit: house.audit,
  "blocked-numbers": house.blocked,
  "canned-answers": house.canned,
  catalogues: house.catalogues,
} as unknown as Record<ExportList, ExportColumn<unknown>[]>;
