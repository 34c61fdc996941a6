const PREFIX =
  /^\s*(?:(?:re|fwd?|fw|aw|wg|sv|vs|tr|rv|res|enc|отв|ответ|на|пересл|переслано|пересылка|відп|відповідь|пер|қайта|жауап|жіб|жіберілді|вн)\s{0,2}(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,2}[:：])\s*/iu;

/** Subject without any number of Re:, Fwd:, Отв:, На:, Қайта: …, lower-case, single spaces: what answers have in common. */
export function normaliseSubject(subject: string): string {
  let rest = subject.slice(0, 998);
  for (let i = 0; i < 20 && PREFIX.test(rest); i++) rest = rest.replace(PREFIX, "");
  return rest.replace(/\s+/g, " ").trim().toLowerCase();
}
