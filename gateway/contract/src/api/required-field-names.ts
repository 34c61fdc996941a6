import type { LOCALES } from "./auth.ts";
import type { REQUIRED_FIELDS, RequiredObject } from "./required-field.ts";

type Name = Record<(typeof LOCALES)[number], string>;
const n = (ru: string, en: string, kk: string, uk: string): Name => ({ ru, en, kk, uk });

/** What people call the fields that rules may ask for: in the editor of rules, in the form that asks, in the task "fill in". */
export const FIELD_NAMES: { [O in RequiredObject]: Record<(typeof REQUIRED_FIELDS)[O]["fields"][number], Name> } = {
  customer: {
    name: n("Название", "Name", "Атауы", "Назва"),
    legalName: n("Юридическое название", "Legal name", "Заңды атауы", "Юридична назва"),
    taxId: n("БИН/ИИН", "Tax number", "БСН/ЖСН", "Податковий номер"),
    statusId: n("Статус", "Status", "Мәртебесі", "Статус"),
    regionId: n("Регион", "Region", "Өңірі", "Регіон"),
    industryId: n("Отрасль", "Industry", "Саласы", "Галузь"),
    sourceId: n("Источник", "Source", "Дереккөзі", "Джерело"),
    responsibleId: n("Ответственный", "Responsible", "Жауапты", "Відповідальний"),
    comment: n("Комментарий", "Comment", "Түсініктеме", "Коментар"),
    phone: n("Телефон", "Phone", "Телефоны", "Телефон"),
    email: n("Электронная почта", "E-mail", "Электрондық поштасы", "Електронна пошта"),
    contactPoint: n("Способ связи", "Way to reach", "Байланыс жолы", "Спосіб зв’язку"),
    contact: n("Контактное лицо", "Contact person", "Байланыс тұлғасы", "Контактна особа"),
  },
  contact: {
    lastName: n("Фамилия", "Last name", "Тегі", "Прізвище"),
    firstName: n("Имя", "First name", "Аты", "Ім’я"),
    middleName: n("Отчество", "Middle name", "Әкесінің аты", "По батькові"),
    gender: n("Пол", "Gender", "Жынысы", "Стать"),
    birthDate: n("День рождения", "Birthday", "Туған күні", "День народження"),
    phone: n("Телефон", "Phone", "Телефоны", "Телефон"),
    email: n("Электронная почта", "E-mail", "Электрондық поштасы", "Електронна пошта"),
    contactPoint: n("Способ связи", "Way to reach", "Байланыс жолы", "Спосіб зв’язку"),
    position: n("Должность", "Position", "Лауазымы", "Посада"),
  },
  lead: {
    contactName: n("Имя", "Name", "Аты", "Ім’я"),
    companyName: n("Компания", "Company", "Компаниясы", "Компанія"),
    note: n("Примечание", "Note", "Ескертпе", "Примітка"),
    sourceId: n("Источник", "Source", "Дереккөзі", "Джерело"),
    responsibleId: n("Ответственный", "Responsible", "Жауапты", "Відповідальний"),
    phone: n("Телефон", "Phone", "Телефоны", "Телефон"),
    email: n("Электронная почта", "E-mail", "Электрондық поштасы", "Електронна пошта"),
    contactPoint: n("Способ связи", "Way to reach", "Байланыс жолы", "Спосіб зв’язку"),
  },
  interest: {
    title: n("Название", "Title", "Атауы", "Назва"),
    amount: n("Сумма", "Amount", "Сомасы", "Сума"),
    expectedClose: n("Ожидаемая дата", "Expected date", "Күтілетін күні", "Очікувана дата"),
    contactId: n("Контактное лицо", "Contact person", "Байланыс тұлғасы", "Контактна особа"),
    responsibleId: n("Ответственный", "Responsible", "Жауапты", "Відповідальний"),
    purposeId: n("Цель обращения", "Purpose", "Өтініш мақсаты", "Мета звернення"),
    sourceId: n("Источник", "Source", "Дереккөзі", "Джерело"),
    closeComment: n("Комментарий закрытия", "Closing comment", "Жабу түсініктемесі", "Коментар закриття"),
    "customer.taxId": n("БИН/ИИН клиента", "Customer’s tax number", "Клиенттің БСН/ЖСН", "Податковий номер клієнта"),
    "customer.legalName": n("Юридическое название клиента", "Customer’s legal name", "Клиенттің заңды атауы", "Юридична назва клієнта"),
    "customer.regionId": n("Регион клиента", "Customer’s region", "Клиенттің өңірі", "Регіон клієнта"),
    "customer.industryId": n("Отрасль клиента", "Customer’s industry", "Клиенттің саласы", "Галузь клієнта"),
    "customer.phone": n("Телефон клиента", "Customer’s phone", "Клиенттің телефоны", "Телефон клієнта"),
    "customer.email": n("Почта клиента", "Customer’s e-mail", "Клиенттің поштасы", "Пошта клієнта"),
  },
  interaction: {
    subject: n("Тема", "Subject", "Тақырыбы", "Тема"),
    description: n("Описание", "Description", "Сипаттамасы", "Опис"),
    result: n("Результат", "Result", "Нәтижесі", "Результат"),
    place: n("Место", "Place", "Орны", "Місце"),
    contactId: n("Контактное лицо", "Contact person", "Байланыс тұлғасы", "Контактна особа"),
    interestId: n("Интерес", "Interest", "Мүдде", "Інтерес"),
    executorId: n("Исполнитель", "Executor", "Орындаушы", "Виконавець"),
  },
  inquiry: {
    purposeId: n("Цель обращения", "Purpose", "Өтініш мақсаты", "Мета звернення"),
    sourceId: n("Источник", "Source", "Дереккөзі", "Джерело"),
    interestId: n("Интерес", "Interest", "Мүдде", "Інтерес"),
    rejectReason: n("Причина отказа", "Reason of refusal", "Бас тарту себебі", "Причина відмови"),
    party: n("Кто обратился", "Who asks", "Кім өтінді", "Хто звернувся"),
  },
};
