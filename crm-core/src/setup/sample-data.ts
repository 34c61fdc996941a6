/** "Алатау Климат": a made-up company in Almaty that sells and services ventilation. Domains are *.example, numbers are never dialled. */
export const SAMPLE_COMPANY = { companyName: "Алатау Климат", timezone: "Asia/Almaty", country: "KZ", currency: "KZT" };

export type SampleDepartment = "sales" | "service";
export const SAMPLE_DEPARTMENTS: Record<SampleDepartment, string> = { sales: "Отдел продаж", service: "Сервисная служба" };

export const SAMPLE_PEOPLE: {
  login: string;
  name: string;
  role: "supervisor" | "agent";
  department: SampleDepartment;
  extension: string;
  locale: "ru" | "kk";
}[] = [
  { login: "aigul", name: "Нұрланова Айгүл", role: "supervisor", department: "sales", extension: "201", locale: "ru" },
  { login: "bolat", name: "Ахметов Болат", role: "agent", department: "sales", extension: "202", locale: "ru" },
  { login: "dana", name: "Ким Дана", role: "agent", department: "sales", extension: "203", locale: "ru" },
  { login: "maria", name: "Петрова Мария", role: "agent", department: "sales", extension: "204", locale: "ru" },
  { login: "erlan", name: "Сейтов Ерлан", role: "supervisor", department: "service", extension: "205", locale: "kk" },
  { login: "timur", name: "Абдрахманов Тимур", role: "agent", department: "service", extension: "206", locale: "ru" },
];

/** name, kind, contact (last, first, middle), position, responsible's login, region, industry, status */
type SampleCustomer = [
  string,
  "company" | "person",
  [string, string, string | null],
  string | null,
  string,
  string,
  string | null,
  "active" | "potential" | "sleeping",
];
export const SAMPLE_CUSTOMERS: SampleCustomer[] = [
  ["ТОО «Алатау Строй»", "company", ["Иванов", "Сергей", "Петрович"], "Главный инженер", "bolat", "almaty", "construction", "active"],
  ["ТОО «Достык Маркет»", "company", ["Сейткали", "Гүлнар", null], "Управляющая", "dana", "almaty", "retail", "active"],
  ["АО «Каспий Сервис»", "company", ["Омаров", "Данияр", "Маратович"], "Снабжение", "maria", "astana", "services", "active"],
  ["ТОО «Тұмар Текстиль»", "company", ["Әбдірахман", "Жанар", null], "Директор", "bolat", "shymkent", "production", "active"],
  ["ИП Ковалёв", "person", ["Ковалёв", "Андрей", "Игоревич"], null, "dana", "almaty", null, "potential"],
  ["ТОО «Медиа Парк»", "company", ["Лян", "Виктория", null], "Офис-менеджер", "maria", "almaty", "services", "active"],
  ["ТОО «Жетысу Агро»", "company", ["Тулегенов", "Асқар", null], "Завхоз", "bolat", "other", "production", "sleeping"],
  ["ТОО «Айтек Солюшнс»", "company", ["Рахимов", "Тимур", null], "Администратор", "dana", "astana", "it", "active"],
  ["Гостиница «Көктөбе»", "company", ["Смагулова", "Алия", "Ержановна"], "Управляющая", "timur", "almaty", "services", "active"],
  ["ТОО «Север Логистик»", "company", ["Бондаренко", "Олег", "Николаевич"], "Начальник склада", "maria", "astana", "services", "potential"],
  ["Жұмабаева Сәуле", "person", ["Жұмабаева", "Сәуле", null], null, "dana", "almaty", null, "active"],
  ["ТОО «Фарм Плюс»", "company", ["Юсупова", "Динара", null], "Заведующая", "bolat", "karaganda", "retail", "active"],
  ["ТОО «Бетон Инвест»", "company", ["Кравцов", "Павел", "Сергеевич"], "Директор", "bolat", "karaganda", "construction", "active"],
  ["Школа «Білім»", "company", ["Мусина", "Роза", "Каримовна"], "Завуч", "timur", "almaty", "services", "active"],
  ["ТОО «Nomad Coffee»", "company", ["Есенов", "Арман", null], "Владелец", "maria", "almaty", "retail", "active"],
  ["ТОО «Орда Мебель»", "company", ["Цой", "Станислав", null], "Технолог", "dana", "almaty", "production", "potential"],
  ["Нұрпейісов Қанат", "person", ["Нұрпейісов", "Қанат", null], null, "bolat", "astana", null, "active"],
  ["ТОО «Шымкент Ойл»", "company", ["Турсунов", "Бахыт", null], "Инженер КИПиА", "bolat", "shymkent", "production", "sleeping"],
  ["Клиника «Дәрігер»", "company", ["Алиева", "Мадина", "Руслановна"], "Главврач", "timur", "almaty", "services", "active"],
  ["ТОО «Степь Девелопмент»", "company", ["Гончаров", "Илья", null], "Руководитель проекта", "maria", "astana", "construction", "active"],
  ["Ресторан «Тандыр»", "company", ["Хасанов", "Рустам", null], "Шеф", "dana", "shymkent", "services", "active"],
  ["ТОО «Электрощит»", "company", ["Мельник", "Юрий", "Васильевич"], "Снабжение", "bolat", "karaganda", "production", "potential"],
  ["Орлова Наталья", "person", ["Орлова", "Наталья", "Викторовна"], null, "maria", "almaty", null, "active"],
  ["ТОО «Спорт Сити»", "company", ["Искаков", "Марат", null], "Управляющий", "dana", "almaty", "services", "active"],
  ["ТОО «Астана Молл»", "company", ["Жаксыбекова", "Айнур", null], "Служба эксплуатации", "timur", "astana", "retail", "active"],
  ["ТОО «Интер Транс»", "company", ["Павленко", "Дмитрий", null], "Механик", "maria", "other", "services", "sleeping"],
  ["Әлімжанов Ерболат", "person", ["Әлімжанов", "Ерболат", null], null, "dana", "karaganda", null, "potential"],
  ["ТОО «Книжный дом»", "company", ["Соколова", "Вера", "Андреевна"], "Директор", "maria", "almaty", "retail", "active"],
  ["ТОО «Тау Тур»", "company", ["Касымова", "Лаура", null], "Офис-менеджер", "bolat", "almaty", "services", "potential"],
  ["ТОО «Прогресс Пласт»", "company", ["Волков", "Антон", "Юрьевич"], "Главный механик", "timur", "karaganda", "production", "active"],
];

export const SAMPLE_LEADS = [
  { contact: "Асель", company: null, note: "Спрашивала цену на сплит-систему в квартиру 60 м²" },
  { contact: "Виктор Сергеевич", company: "Автомойка «Блеск»", note: "Вентиляция бокса, просил перезвонить" },
  { contact: null, company: "ТОО «Новая Линия»", note: "Заявка с сайта без имени" },
  { contact: "Мейрамбек", company: null, note: "Кондиционер шуылдайды, шебер керек" },
  { contact: "Ольга", company: "Салон «Магнолия»", note: "Интересует обслуживание по договору" },
  { contact: "Руслан", company: null, note: "Оптовые цены на воздуховоды" },
] as const;

export const SALE_TITLES = [
  "Вентиляция склада 1 200 м²",
  "Сплит-системы в офис, 14 штук",
  "Приточная установка с рекуперацией",
  "Чиллер для цеха",
  "Кондиционирование торгового зала",
  "Воздуховоды и монтаж",
  "Замена наружных блоков",
];
export const SERVICE_TITLES = ["Плановое обслуживание", "Не охлаждает, выезд мастера", "Замена фильтров", "Шум вентилятора"];

/** type's code, direction, subject, result */
export const SAMPLE_TOUCHES: [string, "in" | "out", string, string][] = [
  ["call", "in", "Входящий звонок: уточнил сроки поставки", "Назвали срок 3 недели, ждёт письмо с графиком"],
  ["call", "out", "Звонок по коммерческому предложению", "Согласны по цене, просят рассрочку"],
  ["letter", "out", "Отправлено коммерческое предложение", "Прочитано, вопросов нет"],
  ["letter", "in", "Письмо с чертежами помещения", "Переданы инженеру на расчёт"],
  ["message", "in", "Переписка на сайте: подбор модели", "Остановились на инверторной серии"],
  ["meeting", "out", "Выезд на объект, замер", "Замер сделан, нужна подводка питания"],
  ["call", "in", "Вопрос по гарантии", "Гарантия действует до конца года"],
];
