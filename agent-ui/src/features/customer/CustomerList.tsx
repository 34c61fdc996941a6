import type { CustomerRow } from "@kommutator/contract/api/customer";
import { Badge, Button, Select } from "@mantine/core";
import { IconAddressBook, IconPlus, IconSearch, IconStarFilled } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan, useMe } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import { CustomerForm } from "./CustomerForm.tsx";
import classes from "./customer.module.css";
import { Register } from "./Register.tsx";

/** The register of customers: any fragment of a name or number finds one. */
export function CustomerList() {
  const { t } = useTranslation("customer");
  const can = useCan();
  const me = useMe();
  const navigate = useNavigate();
  const format = useFormat();
  const phone = usePhone();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const [responsibleId, setResponsible] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  if (can("customer", "read") === null) return <NoRight />;
  const add =
    can("customer", "create") === null ? null : (
      <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
        {t("list.add")}
      </Button>
    );
  return (
    <>
      <Register<CustomerRow>
        title={t("list.title")}
        path="/customers"
        queryKey={keys.customers("list")}
        query={{ responsibleId: responsibleId ?? undefined }}
        searchLabel={t("list.search")}
        to={(row) => ({ path: `/customers/${row.id}` })}
        actions={add}
        filters={
          <Select
            w={220}
            searchable
            clearable
            allowDeselect
            aria-label={t("list.responsible")}
            placeholder={t("list.responsible")}
            data={(catalogues.data?.employees ?? []).map((each) => ({
              value: each.id,
              label: each.id === me.id ? t("list.me", { name: each.name }) : each.name,
            }))}
            value={responsibleId}
            onChange={setResponsible}
          />
        }
        columns={[
          { name: "code", label: t("field.code"), cell: (row) => <span className={classes["dim"]}>{row.code}</span> },
          {
            name: "name",
            label: t("field.name"),
            title: (row) => row.name,
            cell: (row) => (
              <>
                <span className={classes["name"]}>{row.name}</span>{" "}
                {row.isVip ? (
                  <Badge size="xs" color="yellow" variant="light" leftSection={<IconStarFilled size={9} />}>
                    VIP
                  </Badge>
                ) : null}
              </>
            ),
          },
          { name: "status", label: t("field.statusId"), cell: (row) => row.status?.name ?? "" },
          { name: "phone", label: t("field.phone"), cell: (row) => (row.mainPhone === null ? (row.mainEmail ?? "") : phone(row.mainPhone)) },
          {
            name: "responsible",
            label: t("field.responsibleId"),
            cell: (row) => row.responsible?.name ?? <span className={classes["dim"]}>{t("nobody")}</span>,
          },
          { name: "interests", label: t("list.interests"), numeric: true, cell: (row) => (row.openInterests === 0 ? "" : row.openInterests) },
          {
            name: "touch",
            label: t("list.lastTouch"),
            title: (row) => (row.lastTouchAt === null ? undefined : format.full(row.lastTouchAt)),
            cell: (row) => (row.lastTouchAt === null ? <span className={classes["dim"]}>{t("list.never")}</span> : format.ago(row.lastTouchAt, now)),
          },
        ]}
        empty={<Empty icon={<IconAddressBook />} title={t("list.empty")} text={t("list.emptyHint")} action={add} />}
        nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />}
      />
      {making ? <CustomerForm customer={null} onClose={() => setMaking(false)} onSaved={(saved) => void navigate(`/customers/${saved.id}`)} /> : null}
    </>
  );
}
