const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/YaBrowser\//, "Yandex"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** "Chrome · Windows" of a User-Agent, or null when it says neither. More specific names stand first: every browser claims to be another. */
export function browserOf(userAgent: string | null): string | null {
  const named = (list: [RegExp, string][]) => list.find(([mark]) => mark.test(userAgent ?? ""))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(" · ") || null;
}
