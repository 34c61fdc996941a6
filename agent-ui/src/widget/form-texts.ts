/** What the form's script says to a visitor. The same keys in each language is what the type enforces. */
const en = {
  sending: "Sending…",
  sent: "Thank you! We have your message and will get back to you.",
  failed: "It could not be sent. Check the connection and try again: nothing you typed is lost.",
  busy: "Too many messages at once. Please try again in a minute.",
  empty: "Leave a phone, an e-mail or a message.",
  consent: "Please tick the consent first.",
  files: "Files cannot be sent with this form.",
  too_large: "The text is too long.",
  closed: "This form is not connected yet. Please contact us another way.",
};
export type FormTexts = typeof en;

const ru: FormTexts = {
  sending: "Отправляем…",
  sent: "Спасибо! Мы получили ваше обращение и свяжемся с вами.",
  failed: "Не удалось отправить. Проверьте связь и попробуйте ещё раз: введённое сохранилось.",
  busy: "Слишком много сообщений сразу. Попробуйте через минуту.",
  empty: "Оставьте телефон, эл. почту или сообщение.",
  consent: "Сначала отметьте согласие.",
  files: "Файлы этой формой отправить нельзя.",
  too_large: "Текст слишком длинный.",
  closed: "Форма ещё не подключена. Свяжитесь с нами другим способом.",
};

const kk: FormTexts = {
  sending: "Жіберілуде…",
  sent: "Рақмет! Өтінішіңізді алдық, сізбен хабарласамыз.",
  failed: "Жіберу мүмкін болмады. Байланысты тексеріп, қайталап көріңіз: енгізгеніңіз сақталды.",
  busy: "Бірден тым көп хабарлама. Бір минуттан кейін қайталаңыз.",
  empty: "Телефон, эл. пошта немесе хабарлама қалдырыңыз.",
  consent: "Алдымен келісімді белгілеңіз.",
  files: "Бұл пішінмен файл жіберуге болмайды.",
  too_large: "Мәтін тым ұзын.",
  closed: "Пішін әлі қосылмаған. Бізбен басқа жолмен хабарласыңыз.",
};

const uk: FormTexts = {
  sending: "Надсилаємо…",
  sent: "Дякуємо! Ми отримали ваше звернення й зв’яжемося з вами.",
  failed: "Не вдалося надіслати. Перевірте зв’язок і спробуйте ще раз: введене збережено.",
  busy: "Забагато повідомлень одразу. Спробуйте за хвилину.",
  empty: "Залиште телефон, ел. пошту або повідомлення.",
  consent: "Спершу позначте згоду.",
  files: "Файли цією формою надіслати не можна.",
  too_large: "Текст задовгий.",
  closed: "Форму ще не підключено. Зв’яжіться з нами в інший спосіб.",
};

const FORM_TEXTS: Record<string, FormTexts> = { en, ru, kk, uk };

/** The texts of the first wanted language that we speak, English otherwise. */
export function formTexts(wanted: readonly string[]): FormTexts {
  return wanted.map((tag) => FORM_TEXTS[tag.slice(0, 2).toLowerCase()]).find((texts) => texts !== undefined) ?? en;
}
