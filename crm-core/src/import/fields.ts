import { IMPORT_FIELDS, type ImportMapping, type ImportObject } from "@kommutator/contract/api/import";

/** How columns are called in the files that people have (Excel, Outlook, other CRMs), in the four languages; longest first within a field. */
const NAMES: Record<string, string[]> = {
  name: "название наименование клиент компания организация контрагент имя фио name customer company organisation organization атауы клиент назва найменування".split(
    " ",
  ),
  kind: ["вид", "тип", "тип клиента", "kind", "type", "customer type", "түрі"],
  legalName: ["юридическое название", "полное наименование", "юр лицо", "legal name", "full legal name", "заңды атауы", "юридична назва"],
  taxId: ["инн", "бин", "иин", "иин бин", "бин иин", "єдрпоу", "едрпоу", "tax id", "tax number", "vat", "bin", "iin", "inn", "бсн", "жсн"],
  status: ["статус", "status", "күйі", "мәртебе"],
  region: ["регион", "город", "область", "region", "city", "state", "өңір", "қала", "регіон", "місто", "business city", "home city"],
  industry: ["отрасль", "сфера", "industry", "сала", "галузь"],
  source: ["источник", "source", "lead source", "дереккөз", "джерело", "көзі"],
  responsible: ["ответственный", "менеджер", "responsible", "manager", "owner", "жауапты", "відповідальний"],
  comment: ["комментарий", "примечание", "заметки", "comment", "notes", "note", "ескертпе", "коментар", "примітка"],
  note: ["заметка", "заметки", "комментарий", "примечание", "note", "notes", "comment", "ескертпе", "нотатка", "примітка"],
  phone: [
    ..."телефон тел мобильный сотовый phone mobile tel telephone ұялы мобільний".split(" "),
    ...[
      "номер телефона",
      "мобильный телефон",
      "рабочий телефон",
      "mobile phone",
      "business phone",
      "home phone",
      "primary phone",
      "phone number",
      "номер телефону",
      "домашний телефон",
      "основной телефон",
      "телефон переносной",
    ],
  ],
  email: [
    "e mail",
    "email",
    "почта",
    "электронная почта",
    "эл почта",
    "e mail address",
    "email address",
    "пошта",
    "электрондық пошта",
    "мейл",
    "e mail 2 address",
    "e mail 3 address",
    "адрес эл почты",
    "адрес 2 эл почты",
    "адрес 3 эл почты",
  ],
  contactName: [
    "контактное лицо",
    "контакт",
    "фио контакта",
    "имя",
    "фио",
    "contact",
    "contact name",
    "contact person",
    "байланыс тұлғасы",
    "контактна особа",
    "name",
    "full name",
  ],
  contactPosition: ["должность", "должность контакта", "position", "job title", "title", "лауазымы", "посада"],
  contactPhone: ["телефон контакта", "contact phone", "байланыс телефоны", "телефон контакту"],
  contactEmail: ["e mail контакта", "почта контакта", "contact email", "contact e mail"],
  company: ["компания", "организация", "клиент", "код клиента", "company", "organisation", "organization", "customer", "компанія", "клієнт"],
  companyName: ["компания", "организация", "название", "company", "company name", "organisation", "компанія", "організація"],
  lastName: ["фамилия", "last name", "surname", "family name", "тегі", "прізвище"],
  firstName: ["имя", "first name", "given name", "аты", "есімі", "ім'я", "імя"],
  middleName: ["отчество", "middle name", "patronymic", "әкесінің аты", "по батькові"],
  fullName: ["фио", "контактное лицо", "полное имя", "full name", "name", "аты жөні", "піб", "display name"],
  position: ["должность", "position", "job title", "title", "лауазымы", "посада"],
  birthDate: ["день рождения", "дата рождения", "birthday", "birth date", "date of birth", "туған күні", "дата народження"],
};
/** Fields of which a card may have several. */
export const MANY = new Set(["phone", "email", "contactPhone", "contactEmail"]);

/** Outlook says of each address how it is sent and shown; a fax answers no call. */
const BESIDE = /(^| )(type|yomi|fax|тип|факс)( |$)/;

const plain = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}']+/gu, " ")
    .trim();

/**
 * A mapping of the columns by their titles: the exact name of a field first, then a title that begins with one ("Телефон 2"). A field that
 * can be only once takes the first column that fits.
 */
export function suggestMapping(object: ImportObject, titles: readonly string[], known: Record<string, string> = {}): ImportMapping {
  const fields: readonly string[] = IMPORT_FIELDS[object];
  const mapping: ImportMapping = {};
  const taken = new Set<string>();
  const take = (column: number, field: string | undefined) => {
    if (field === undefined || !fields.includes(field) || mapping[column] !== undefined || (taken.has(field) && !MANY.has(field))) return;
    mapping[column] = field;
    taken.add(field);
  };
  // Beside the job's title Outlook's "Title" is how somebody is addressed.
  const addressed = titles.some((title) => plain(title) === "job title") ? "title" : null;
  const byTitle = new Map(Object.entries(known).map(([title, field]) => [plain(title), field]));
  const begins = (called: string, field: string) =>
    !BESIDE.test(called) && (NAMES[field] ?? []).some((name) => name.length > 2 && new RegExp(`^${name}( \\d+| \\p{L}+)?$`, "u").test(called));
  const ways: ((title: string, called: string) => (string | undefined)[])[] = [
    (_, called) => [byTitle.get(called)],
    (title) => [fields.find((f) => f.toLowerCase() === title.trim().toLowerCase())],
    (_, called) => fields.filter((f) => (NAMES[f] ?? []).includes(called)),
    (_, called) => fields.filter((f) => begins(called, f)),
  ];
  for (const way of ways)
    for (const [column, title] of titles.entries())
      for (const field of title.trim() === "" || plain(title) === addressed ? [] : way(title, plain(title))) take(column, field);
  return mapping;
}
