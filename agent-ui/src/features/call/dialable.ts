/** What may be dialled: digits with the marks people paste, at least two digits. */
export const dialable = (text: string): boolean => /^[+\d][\d\s().-]{1,38}$/.test(text.trim()) && text.replace(/\D/g, "").length >= 2;
