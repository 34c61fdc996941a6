import type { RequiredFault } from "@kommutator/contract/api/required-field";
import { FIELD_NAMES } from "@kommutator/contract/api/required-field-names";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";

/** The name of a field in the language of the page; one that has no name is shown as it is called. */
function nameOf(object: string, field: string): string {
  const fields = (FIELD_NAMES as Record<string, Record<string, Record<string, string>>>)[object];
  return fields?.[field]?.[i18next.language] ?? field;
}

/** A failing field with its name in the language of the page. */
export type NamedFault = RequiredFault & { name: string };

/** What a refused write lacks, in words: the rule's own text, or the name of the field; each field by its name. Loaded with the first refusal only. */
export function inWords(fields: readonly RequiredFault[]): { names: string; fields: NamedFault[] } {
  return {
    names: [...new Set(fields.map((fault) => fault.message ?? nameOf(fault.object, fault.field)))].join(", "),
    fields: fields.map((fault) => ({ ...fault, name: nameOf(fault.object, fault.field) })),
  };
}

/** Saved, but rules warn of fields (header x-warnings: `object.field` names): said once beside whatever the page shows. */
export async function showWarnings(header: string): Promise<void> {
  await i18next.loadNamespaces("administration");
  const names = header.split(",").map((each) => {
    const [object = "", field = ""] = each.trim().split(".");
    return nameOf(object, field);
  });
  notifications.show({
    id: "required-warning",
    color: "yellow",
    message: i18next.t("administration:warned", { names: [...new Set(names)].join(", ") }),
    autoClose: 8000,
  });
}
