import type { ContactRow } from "@kommutator/contract/api/customer";
import { Anchor, Badge, Checkbox } from "@mantine/core";
import { IconAddressBook, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { Register } from "./Register.tsx";
import { Sections } from "./Sections.tsx";

/** The register of humans (CB-04): by surname with typos, code, company, three digits of a phone. */
export function ContactList() {
  const { t } = useTranslation("customer");
  const can = useCan();
  const format = useFormat();
  const phone = usePhone();
  const [gone, setGone] = useState(true);
  if (can("customer", "read") === null) return <NoRight />;
  return (
    <Register<ContactRow>
      title={t("contacts.title")}
      path="/contacts"
      queryKey={keys.customers("contacts")}
      query={{ gone: gone ? undefined : "false" }}
      searchLabel={t("contacts.search")}
      to={(row) => ({ path: `/customers/contacts/${row.id}` })}
      filters={<Checkbox size="xs" label={t("contacts.gone")} checked={gone} onChange={(event) => setGone(event.currentTarget.checked)} />}
      actions={<Sections />}
      columns={[
        { name: "code", label: t("field.code"), cell: (row) => <span className={classes["dim"]}>{row.code}</span> },
        { name: "name", label: t("field.personName"), title: (row) => row.name, cell: (row) => <span className={classes["name"]}>{row.name}</span> },
        {
          name: "company",
          label: t("contacts.company"),
          title: (row) => row.customerName,
          cell: (row) => (
            <Anchor component={Link} to={`/customers/${row.customerId}`} size="sm">
              {row.customerName}
            </Anchor>
          ),
        },
        {
          name: "position",
          label: t("field.position"),
          cell: (row) => (
            <>
              {row.position}{" "}
              {row.leftAt === null ? null : (
                <Badge size="xs" color="gray" variant="light">
                  {t("contact.former", { at: format.date(row.leftAt) })}
                </Badge>
              )}
            </>
          ),
        },
        { name: "phone", label: t("field.phone"), cell: (row) => (row.mainPhone === null ? "" : phone(row.mainPhone)) },
        { name: "email", label: t("field.email"), cell: (row) => row.mainEmail ?? "" },
      ]}
      empty={<Empty icon={<IconAddressBook />} title={t("contacts.empty")} text={t("contacts.emptyHint")} />}
      nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />}
    />
  );
}
