import type { CustomerRow } from "@kommutator/contract/api/customer";
import type { InquiryView } from "@kommutator/contract/api/inquiry";
import type { InteractionView } from "@kommutator/contract/api/interaction";
import type { InterestRow } from "@kommutator/contract/api/interest";
import type { LeadView } from "@kommutator/contract/api/lead";
import type { TaskView } from "@kommutator/contract/api/task";
import { type Text, t } from "../setup/texts.ts";

/** What the lists call the kinds and states of their rows, in the words of the workspace. */
type Words<Code extends string> = Record<Code, Text>;

export const CUSTOMER_KIND: Words<CustomerRow["kind"]> = {
  company: t("Компания", "Company", "Компания", "Компанія"),
  person: t("Частное лицо", "Person", "Жеке тұлға", "Приватна особа"),
};

export const LEAD_STATUS: Words<LeadView["status"]> = {
  new: t("Новый", "New", "Жаңа", "Новий"),
  in_work: t("В работе", "In work", "Жұмыста", "У роботі"),
  qualified: t("Квалифицирован", "Qualified", "Сараланған", "Кваліфікований"),
  converted: t("Стал клиентом", "Became a customer", "Клиентке айналды", "Став клієнтом"),
  disqualified: t("Не наш клиент", "Disqualified", "Біздің клиент емес", "Не наш клієнт"),
};

export const INTEREST_STATUS: Words<InterestRow["status"]> = {
  open: t("Открыт", "Open", "Ашық", "Відкритий"),
  won: t("Успех", "Won", "Сәтті", "Успіх"),
  lost: t("Проигран", "Lost", "Жоғалды", "Програно"),
  cancelled: t("Отменён", "Cancelled", "Тоқтатылды", "Скасовано"),
};

export const INTERACTION_STATE: Words<InteractionView["state"]> = {
  planned: t("Запланировано", "Planned", "Жоспарланды", "Заплановано"),
  done: t("Выполнено", "Done", "Орындалды", "Виконано"),
  failed: t("Не состоялось", "Did not happen", "Болмады", "Не відбулося"),
  cancelled: t("Отменено", "Cancelled", "Болдырылмады", "Скасовано"),
};

export const DIRECTION: Words<InteractionView["direction"]> = {
  in: t("Входящее", "Incoming", "Кіріс", "Вхідне"),
  out: t("Исходящее", "Outgoing", "Шығыс", "Вихідне"),
  both: t("В обе стороны", "Both ways", "Екі жаққа", "В обидва боки"),
};

export const INQUIRY_ORIGIN: Words<InquiryView["origin"]> = {
  call: t("Звонок", "Call", "Қоңырау", "Дзвінок"),
  missed_call: t("Пропущенный звонок", "Missed call", "Өткізіп алған қоңырау", "Пропущений дзвінок"),
  message: t("Сообщение", "Message", "Хабар", "Повідомлення"),
  email: t("Письмо", "Letter", "Хат", "Лист"),
  form: t("Форма на сайте", "Site form", "Сайттағы форма", "Форма на сайті"),
  manual: t("Вручную", "By hand", "Қолмен", "Вручну"),
};

export const INQUIRY_STATUS: Words<InquiryView["status"]> = {
  new: t("Новое", "New", "Жаңа", "Нове"),
  in_wizard: t("Принимается", "Being received", "Қабылдануда", "Приймається"),
  dispatched: t("Передано", "Passed on", "Тапсырылды", "Передано"),
  processed: t("Принято", "Received", "Қабылданды", "Прийнято"),
  rejected: t("Отклонено", "Rejected", "Қабылданбады", "Відхилено"),
};

export const TASK_STATE: Words<TaskView["state"]> = {
  new: t("Новая", "New", "Жаңа", "Нове"),
  accepted: t("Принята", "Accepted", "Қабылданды", "Прийнято"),
  in_work: t("В работе", "In work", "Жұмыста", "У роботі"),
  done: t("Выполнена", "Done", "Орындалды", "Виконано"),
  rejected: t("Отклонена", "Refused", "Бас тартылды", "Відхилено"),
  cancelled: t("Отменена", "Cancelled", "Болдырылмады", "Скасовано"),
};
