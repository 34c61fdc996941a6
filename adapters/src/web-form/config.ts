import type { ConfigField } from "@kommutator/contract/channel";
import { z } from "zod";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const webAddress = (value: string): URL | null => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
};
const origin = z.string().transform((value, context) => {
  const url = webAddress(value);
  if (url !== null) return url.origin;
  context.addIssue({ code: "custom", message: `"${value}" is not an address like https://shop.example` });
  return z.NEVER;
});
/** Names of form fields, one after another with commas; compared without case. */
const names = (usual: string) =>
  z
    .string()
    .max(500)
    .default(usual)
    .transform((list) =>
      list
        .split(/[\s,;]+/)
        .map((name) => name.toLowerCase())
        .filter((name) => name !== ""),
    );

const schema = z.object({
  /** What the form is for: the source of its requests, unless the page names the form itself. */
  formName: z.string().trim().max(100).default(""),
  /** Sites on which the form stands. */
  allowedOrigins: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,;]+/).filter((one) => one !== ""))
    .pipe(z.array(origin)),
  /** Signs the tokens of pages, and is what a site's own server signs with. */
  secret: z.string().min(16, "Take at least 16 characters").max(200),
  /** Our address from outside, for the test. */
  publicUrl: z
    .string()
    .default("")
    .refine((value) => value === "" || webAddress(value)?.protocol === "https:" || LOOPBACK.test(webAddress(value)?.hostname ?? ""), {
      message: "Give an address like https://house.example",
    }),
  /** Country of numbers written in national form (ISO 3166 alpha-2). */
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "Two letters, such as KZ")
    .default("KZ")
    .transform((code) => code.toUpperCase()),
  nameFields: names("name, fio, fullname"),
  phoneFields: names("phone, tel, telephone, mobile"),
  emailFields: names("email, e-mail, mail"),
  textFields: names("message, text, comment, question"),
  consentFields: names("consent, agree, agreement"),
  /** Refuse what comes without a ticked consent. */
  consentRequired: z.stringbool().or(z.boolean()).default(false),
  /** Nobody fills in a form faster than this. */
  minFillSeconds: z.coerce.number().min(0).max(60).default(2),
  perAddressPerMinute: z.coerce.number().int().min(1).max(100_000).default(6),
  perMinute: z.coerce.number().int().min(1).max(100_000).default(120),
});

export type WebFormConfig = z.infer<typeof schema>;

/** Throws a ZodError naming every fault at once. */
export const parseWebFormConfig = (raw: unknown): WebFormConfig => schema.parse(raw);

export const webFormFields: ConfigField[] = [
  { name: "formName", type: "text", required: false },
  { name: "allowedOrigins", type: "text", required: false },
  { name: "secret", type: "secret", required: true },
  { name: "publicUrl", type: "text", required: false },
  { name: "country", type: "text", required: false, default: "KZ" },
  { name: "consentRequired", type: "boolean", required: false, default: false },
  { name: "nameFields", type: "text", required: false, default: "name, fio, fullname" },
  { name: "phoneFields", type: "text", required: false, default: "phone, tel, telephone, mobile" },
  { name: "emailFields", type: "text", required: false, default: "email, e-mail, mail" },
  { name: "textFields", type: "text", required: false, default: "message, text, comment, question" },
  { name: "consentFields", type: "text", required: false, default: "consent, agree, agreement" },
  { name: "minFillSeconds", type: "number", required: false, default: 2 },
  { name: "perAddressPerMinute", type: "number", required: false, default: 6 },
  { name: "perMinute", type: "number", required: false, default: 120 },
];
