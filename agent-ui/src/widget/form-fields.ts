const UTM = /^utm_(source|medium|campaign|term|content)$/;
const REMEMBERED = "kommutator-utm";

/** The form's values by name, its labels, and where the visitor came from. `files` when one of its file fields is used. */
export function collect(form: HTMLFormElement): { fields: Record<string, string | string[]>; files: boolean } {
  const fields: Record<string, string | string[]> = {};
  let files = false;
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string") {
      files ||= value.size > 0;
      continue;
    }
    const before = fields[name];
    fields[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  const name = form.dataset["kommutatorForm"] || form.getAttribute("aria-label") || form.getAttribute("name") || "";
  return {
    fields: {
      ...utm(),
      ...fields,
      _labels: JSON.stringify(labels(form)),
      _page: location.href.slice(0, 2_000),
      _referrer: document.referrer.slice(0, 2_000),
      ...(name === "" ? {} : { _form: name }),
    },
    files,
  };
}

/** How the page calls each field: its label, else what assistive technology hears, else the hint inside. */
function labels(form: HTMLFormElement): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) || field.name === "") continue;
    // Of a group, the legend says what it is about; the label of one box is its value.
    const grouped =
      field instanceof HTMLInputElement &&
      (field.type === "radio" || (field.type === "checkbox" && form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`).length > 1));
    const label = grouped ? field.closest("fieldset")?.querySelector("legend")?.textContent : field.labels?.[0]?.textContent;
    const text = (label ?? field.getAttribute("aria-label") ?? field.getAttribute("placeholder") ?? "").replace(/\s+/g, " ").trim();
    if (text !== "") found[field.name] ??= text.slice(0, 100);
  }
  return found;
}

/** Campaign tags of this page, or of the one on which the visit began: the form often stands on another. */
export function utm(): Record<string, string> {
  const here = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => UTM.test(name)));
  try {
    if (Object.keys(here).length > 0) sessionStorage.setItem(REMEMBERED, JSON.stringify(here));
    else return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}") as Record<string, string>;
  } catch {
    // The site's storage is closed to us: then only this page counts.
  }
  return here;
}
